// Goroutines that hang in closures of inlined functions. Up to Go 1.26 the compiler names such a
// closure after the caller that its function was inlined into; a person finds it in the function
// that it was written in, which is what the program states.
package main

import (
	"runtime"
	"sync"

	"gotopsy/field/inlined/store"
	"gotopsy/field/measure"
)

const crowd = 12

type place struct {
	Function string `json:"function"`
	Line     int    `json:"line"`
}

var (
	lock   sync.Mutex
	places = map[string]*place{}
	number int
)

// noted states in which function the caller's caller waits: on the next line.
func noted(function string) func() {
	return func() {
		_, _, line, _ := runtime.Caller(1)
		lock.Lock()
		defer lock.Unlock()
		places[function] = &place{function, line + 1}
		number++
	}
}

// pulled starts an iterator and leaves it: only where there are iterators (Go 1.23).
var pulled func(note func())

type queue struct{ items chan []byte }

func (q *queue) pointer(note func()) func() {
	return func() {
		note()
		<-q.items
	}
}

func (q queue) value(note func()) func() {
	return func() {
		note()
		q.items <- nil
	}
}

func plain(items chan []byte, note func()) func() {
	return func() {
		note()
		<-items
	}
}

func inner(items chan []byte, note func()) func() {
	return func() {
		note()
		items <- nil
	}
}

func outer(items chan []byte, note func()) func() { return inner(items, note) }

func generic[T any](items chan T, note func()) func() {
	return func() {
		note()
		<-items
	}
}

// A closure that nothing inlines keeps its name: it is written in the function it is named after.
//
//go:noinline
func own(items chan []byte, note func()) func() {
	return func() {
		note()
		<-items
	}
}

// start is a caller that is not inlined; so is its method's twin, and a closure in it.
func start() {
	items := func() chan []byte { return make(chan []byte) }
	for i := 0; i < crowd; i++ {
		go plain(items(), noted("main.plain"))()
		go outer(items(), noted("main.inner"))()
		go (&queue{items()}).pointer(noted("main.(*queue).pointer"))()
		go queue{items()}.value(noted("main.queue.value"))()
		go generic(make(chan int), noted("main.generic["))()
		go own(items(), noted("main.own.func1"))()
		if pulled != nil {
			pulled(noted("main.pages"))
		}
		go store.Waiting(items(), noted("gotopsy/field/inlined/store.Waiting"))()
		go (&store.Shelf{Boxes: items()}).Taker(noted("gotopsy/field/inlined/store.(*Shelf).Taker"))()
	}
}

func main() {
	kinds := 8
	if pulled != nil {
		kinds++
	}
	if !measure.Fixed() {
		start()
		measure.Until(func() bool {
			lock.Lock()
			defer lock.Unlock()
			return number == kinds*crowd
		})
	}
	measure.Ready(map[string]any{"places": places})
}
