// Parked leaves goroutines behind that nothing can wake: waiters of a condition, and an iterator
// that was pulled once and dropped. Beside them wait others like them whom somebody can.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

const each = 10

type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

func (g *gate) pass() {
	g.mu.Lock()
	for !g.open {
		g.cond.Wait()
	}
	g.mu.Unlock()
}

func forgotten(g *gate) { g.pass() }
func expected(g *gate)  { g.pass() }

var kept = newGate()

//go:noinline
func start() {
	lost := newGate()
	for i := 0; i < each; i++ {
		go forgotten(lost)
		go expected(kept)
	}
	iterate()
}

func settled(n int) bool {
	buf := make([]byte, 1<<20)
	return runtime.NumGoroutine() == n && len(buf) > runtime.Stack(buf, true)
}

func main() {
	start()
	for !settled(1 + 2*each + iterators) {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(10 * time.Millisecond)
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	kept.open = true
	kept.cond.Broadcast()
	fmt.Fprintln(os.Stderr, resume())
}
