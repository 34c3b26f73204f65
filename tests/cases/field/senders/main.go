// Goroutines that block in a call of the runtime, by which alone they keep something: the value that
// they send, what lies in the channel's buffer, what a cond's lock is part of. No variable of the
// program holds it any more.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gotopsy/field/measure"
)

const (
	senders = 50
	size    = 64 << 10
)

type parcel struct {
	data [size]byte
	next *parcel
}

type yard struct {
	sync.Mutex
	turn *sync.Cond
	data [size]byte
}

var started atomic.Int64

//go:noinline
func post(c chan *parcel) {
	started.Add(1)
	c <- &parcel{}
}

//go:noinline
func spread(c chan [4]*parcel) {
	started.Add(1)
	c <- [4]*parcel{{}, {}, {}, {}}
}

//go:noinline
func full() chan *parcel {
	c := make(chan *parcel, 2)
	c <- &parcel{}
	c <- &parcel{}
	return c
}

//go:noinline
func stuff() {
	started.Add(1)
	full() <- nil
}

//go:noinline
func await() {
	y := &yard{}
	y.turn = sync.NewCond(&y.Mutex)
	y.Lock()
	started.Add(1)
	y.turn.Wait()
}

// down has a stack of which no line says who it is but the outermost ones.
//
//go:noinline
func down(n int, c chan int) int {
	if n == 0 {
		started.Add(1)
		return <-c
	}
	return across(n-1, c) + 1
}

//go:noinline
func across(n int, c chan int) int { return down(n, c) + 1 }

//go:noinline
func serveOrders() { println(down(30, make(chan int))) }

func main() {
	if !measure.Fixed() {
		for i := 0; i < senders; i++ {
			go post(make(chan *parcel))
			go spread(make(chan [4]*parcel))
			go stuff()
			go await()
		}
		go serveOrders()
		measure.Until(func() bool { return started.Load() == 4*senders+1 })
	}
	runtime.Gosched()
	measure.Ready(nil)
}
