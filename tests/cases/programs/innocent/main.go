// Innocent keeps large blocks that look wasted to whoever reads a word by the wrong type, and uses
// every byte of them.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

const large = 1 << 20

var (
	sink int
	ch   = make(chan int)
)

// An embedded struct comes first, so a pointer to it points to the start of the whole.
type named struct{ name string }

type picture struct{ pixels [100000]byte }

type user struct {
	named
	avatar *picture
	age    int
}

var people []*named

func embed() {
	for i := range 8 {
		u := &user{named{fmt.Sprint("user", i)}, &picture{}, 30 + i}
		people = append(people, &u.named)
	}
}

// A slice of an array inside a struct: the words before it are no strings.
type batch struct {
	buffer *[large]byte
	used   int
	names  [4]string
}

var (
	names [][]string
	last  []func() int
)

func enclose() {
	for range 4 {
		b := &batch{new([large]byte), 10, [4]string{"a", "b", "c", "d"}}
		names = append(names, b.names[:])
		last = append(last, func() int { return int(b.buffer[large-1]) + b.used })
	}
}

//go:noinline
func text() string { return strings.Repeat("x", large) }

//go:noinline
func bytes() []byte { return make([]byte, large) }

//go:noinline
func useText(a, b string) { sink += len(a) + len(b) }

//go:noinline
func useBytes(a, b []byte) { sink += len(a) + cap(a) + len(b) + cap(b) }

// A part and the whole share the pointer, and with it the slot that it is spilled to.
//
//go:noinline
func partOfText(n int) {
	var key string
	whole := text()
	key = whole[:n]
	<-ch
	useText(key, key)
	useText(whole, key)
}

//go:noinline
func partOfBytes(n int) {
	var key, whole []byte
	whole = bytes()
	key = whole[:n:n]
	<-ch
	useBytes(key, key)
	useBytes(whole, key)
}

// waiting is how many have all that they will use, and wait.
//
//go:noinline
func waiting() int {
	stacks := make([]byte, 1<<14)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), " [chan receive")
}

func main() {
	embed()
	enclose()
	go partOfText(10)
	go partOfBytes(10)
	go func() {
		time.Sleep(time.Hour)
		close(ch)
	}()
	for waiting() < 2 {
		runtime.Gosched()
	}
	for range 3 {
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println(len(people), len(names), len(last))
}
