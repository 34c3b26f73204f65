// Clock looks at the time without end: most of its life it is in the vDSO, on the thread's own
// stack, while its goroutine holds a tree of objects and the only end of a channel.
package main

import (
	"fmt"
	"runtime"
	"time"
)

type node struct {
	left, right *node
	pad         [64]byte
}

func grow(depth int) *node {
	if depth == 0 {
		return nil
	}
	return &node{left: grow(depth - 1), right: grow(depth - 1)}
}

//go:noinline
func look(tree *node, done chan int) {
	for time.Now().Year() > 1 {
	}
	done <- tree.count()
}

func (n *node) count() int {
	if n == nil {
		return 0
	}
	return 1 + n.left.count() + n.right.count()
}

//go:noinline
func start() {
	done := make(chan int)
	for range 120 {
		go func() { fmt.Println(<-done) }()
	}
	go look(grow(13), done)
}

func main() {
	start()
	for runtime.NumGoroutine() < 122 {
		runtime.Gosched()
	}
	for range 3 {
		runtime.GC()
	}
	fmt.Println("ready")
	select {}
}
