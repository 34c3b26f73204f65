// Goroutines whose tracebacks have all that a traceback can tell: arguments of all shapes, calls
// inlined, generic and through wrappers, a panic under way, a thread of their own.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var forever = make(chan int)

type pair struct {
	name  string
	count int32
}

type nested struct {
	a     pair
	b     [2]pair
	small [3]byte
}

type big struct{ words [200]uint64 }

type sleeper interface{ sleep(n int) }

type base struct{ id int }

//go:noinline
func (b base) sleep(n int) { <-forever; fmt.Println(b.id, n) }

type outer struct{ base }

//go:noinline
func integers(a int8, b uint16, c int, d bool, e uintptr) { <-forever; fmt.Println(a, b, c, d, e) }

//go:noinline
func texts(s string, bytes []byte, any interface{}, m map[string]int) {
	<-forever
	fmt.Println(s, bytes, any, m)
}

//go:noinline
func floats(f float64, g float32, c complex128) { <-forever; fmt.Println(f, g, c) }

//go:noinline
func structs(n nested, p *pair) { <-forever; fmt.Println(n, p) }

//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k, l int) {
	<-forever
	fmt.Println(a, b, c, d, e, f, g, h, i, j, k, l)
}

//go:noinline
func far(b big, after int) { <-forever; fmt.Println(b, after) }

// stale needs its arguments no more when it blocks.
//
//go:noinline
func stale(a, b int, s string) int {
	fmt.Fprint(io.Discard, a+b, s)
	<-forever
	return 1
}

func inlined(n int) int { return deeper(n) + 1 }
func deeper(n int) int  { return <-forever + n }

//go:noinline
func generic[T any](value T, n int) T { <-forever; fmt.Println(n); return value }

//go:noinline
func deep(n int) int {
	if n == 0 {
		return <-forever
	}
	return deep(n-1) + 1
}

//go:noinline
func panicking(n int) {
	defer func() { <-forever }()
	panic(fmt.Sprint("number ", n))
}

func own() {
	runtime.LockOSThread()
	<-forever
}

func labelled() {
	pprof.Do(context.Background(), pprof.Labels("role", "worker"), func(context.Context) { <-forever })
}

func start() {
	go integers(-1, 2, 3, true, 5)
	go texts("hello", []byte{1, 2}, 7, map[string]int{"a": 1})
	go floats(1.5, 2.5, 3i)
	go structs(nested{a: pair{"x", 1}, small: [3]byte{1, 2, 3}}, &pair{"y", 2})
	go many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	go far(big{}, 9)
	go stale(1, 2, "three")
	go inlined(4)
	go func() { fmt.Println(inlined(5)) }()
	go generic("text", 6)
	go generic(pair{"z", 3}, 7)
	go deep(200)
	go panicking(8)
	go own()
	go labelled()
	go sleeper(&outer{base{9}}).sleep(10)
	go outer{base{11}}.sleep(12)
	go time.Sleep(time.Hour)
	go func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() { defer wg.Done(); <-forever }()
		wg.Wait()
	}()
	go func() {
		select {
		case <-forever:
		case <-context.Background().Done():
		}
	}()
	for i := 0; i < 3; i++ {
		go alike(i)
	}
}

//go:noinline
func alike(n int) { <-forever; fmt.Println(n) }

func main() {
	start()
	time.Sleep(300 * time.Millisecond)
	fmt.Println("ready")
	if n, _ := os.Stdin.Read(make([]byte, 1)); n > 0 {
		text := make([]byte, 1<<20)
		os.Stderr.Write(text[:runtime.Stack(text, true)])
	}
}
