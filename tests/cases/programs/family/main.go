// Goroutines that were started by others, which are gone or wait; what Go says of them is printed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

var (
	never   = make(chan int)
	started sync.WaitGroup
)

//go:noinline
func child(n int) {
	started.Done()
	<-never
}

// Inlined into whoever calls it.
func raise(n int) { go child(n) }

//go:noinline
func parent(children int, stay bool) {
	for i := 0; i < children; i++ {
		raise(i)
	}
	if stay {
		started.Done()
		<-never
	}
}

//go:noinline
func grandparent() {
	for i, children := range []int{3, 1, 1} {
		go parent(children, i == 0)
	}
}

func main() {
	started.Add(3 + 1 + 1 + 1)
	go grandparent()
	started.Wait()
	time.Sleep(100 * time.Millisecond)
	text := make([]byte, 1<<20)
	json.NewEncoder(os.Stdout).Encode(map[string]string{"stacks": string(text[:runtime.Stack(text, true)])})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
