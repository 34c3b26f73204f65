// Buffers are given back by finalizers, the first of which blocks, and so do all others wait. The
// first argument says on what: "" on a lock that nobody gives back but may, "own" on a channel that
// only finalizers have, "full" on a channel with room for the first few, which end, "cleanup" is the
// first with cleanups. Nothing blocks with "fixed".
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

const (
	many = 150
	size = 40 << 10
)

type buffer struct {
	number int
	bytes  []byte
}

var (
	ledger  sync.Mutex
	given   = make(chan int, 8)
	ended   atomic.Int64
	onClean func(*buffer, func()) // runtime.AddCleanup, where Go has it
)

// record writes down a buffer that has gone.
//
//go:noinline
func record() {
	ledger.Lock()
	defer ledger.Unlock()
}

// give ends for as many as there is room for.
//
//go:noinline
func give(b *buffer) {
	given <- b.number
	ended.Add(1)
}

func borrow(number int, own chan int) {
	b := &buffer{number, make([]byte, size)}
	switch measure.Way() {
	case "cleanup":
		onClean(b, record)
	case "full":
		runtime.SetFinalizer(b, give)
	case "own":
		runtime.SetFinalizer(b, func(b *buffer) { own <- b.number })
	default:
		runtime.SetFinalizer(b, func(*buffer) { record() })
	}
}

//go:noinline
func borrowAll() {
	own := make(chan int)
	for i := 0; i < many; i++ {
		borrow(i, own)
	}
}

func main() {
	if !measure.Fixed() {
		ledger.Lock()
	}
	borrowAll()
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
	measure.Ready(map[string]any{"many": many - ended.Load()})
	println(len(given))
	if !measure.Fixed() {
		ledger.Unlock()
	}
}
