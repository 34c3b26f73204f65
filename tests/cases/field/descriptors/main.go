// Requests that each leave a goroutine behind, whose descriptor (runtime.g) weighs a tenth of what
// it holds. What a fix frees has two truths: "fixed" never starts such a goroutine; "ending" lets
// them all go, and states what its heap has lost by that. The runtime keeps their descriptors.
package main

import (
	"runtime"
	"time"

	"gotopsy/field/measure"
)

const crowd = 600

var (
	quit = make(chan struct{})
	// What could end them, in no block of the heap: only a run that ends them fills it in.
	answers, changes [crowd]chan int
	stops            [crowd]func()
)

// ask hangs: nobody has its channel.
func ask(number int) {
	answer, page := make(chan int), make([]byte, 4<<10)
	if measure.Way() == "ending" {
		answers[number] = answer
	}
	go func() {
		n := <-answer
		page[n]++
	}()
}

// watch is abandoned: only the whole program's end would end it.
func watch(number int) {
	change, page := make(chan int), make([]byte, 4<<10)
	if measure.Way() == "ending" {
		changes[number] = change
	}
	go func() {
		select {
		case n := <-change:
			page[n]++
		case <-quit:
		}
	}()
}

// turn is an iterator that nobody stops, where there are iterators.
var turn func(number int)

func live() uint64 {
	for i := 0; i < 4; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func start() {
	for i := 0; i < crowd; i++ {
		ask(i)
		watch(i)
		if turn != nil {
			turn(i)
		}
	}
	time.Sleep(50 * time.Millisecond)
}

func end() int64 {
	before := live()
	for i := 0; i < crowd; i++ {
		close(answers[i])
		close(changes[i])
		if turn != nil {
			stops[i]()
		}
		answers[i], changes[i], stops[i] = nil, nil, nil
	}
	measure.Until(func() bool { return runtime.NumGoroutine() == 1 })
	return int64(before) - int64(live())
}

func main() {
	truth := map[string]any{}
	if !measure.Fixed() {
		start()
	}
	if measure.Way() == "ending" {
		truth["ended"] = end()
	}
	measure.Ready(truth)
	if measure.Way() != "ending" {
		close(quit)
	}
}
