// Goroutines that receive from channels on which nobody can send hang for ever.
package main

import (
	"sync"

	"gotopsy.programs/truth"
)

const goroutines = 1000

//go:noinline
func hang() {
	var started sync.WaitGroup
	channels := make([]chan int, goroutines)
	for i := range channels {
		c := make(chan int)
		channels[i] = c
		started.Add(1)
		go func() {
			truth.Goroutine()
			started.Done()
			<-c
		}()
	}
	started.Wait()
	if truth.Leaking {
		return
	}
	// All goroutines were started in either case, so that the runtime keeps
	// as many dead ones for reuse as there are hung ones in the leak.
	for _, c := range channels {
		close(c)
	}
}

func main() {
	truth.Start("hung-goroutine-textbook")
	truth.Begin("hung-goroutine", "")
	hang()
	if truth.Leaking {
		truth.Hung(goroutines, "chan receive")
	} else {
		truth.AwaitGoroutines(1)
	}
	truth.Done()
}
