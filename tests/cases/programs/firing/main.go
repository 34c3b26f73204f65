// Firing has a goroutine that only a timer's function can wake, and lets the timer fire. A debugger
// stops it where the runtime has taken the timer off its heap and the function is no goroutine yet.
package main

import (
	"runtime"
	"time"
)

type bell struct {
	rung chan int
	_    [64]byte
}

//go:noinline
func wait(b *bell) { <-b.rung }

//go:noinline
func start() {
	b := &bell{rung: make(chan int)}
	go wait(b)
	time.AfterFunc(time.Second/5, func() { b.rung <- 1 })
}

func main() {
	start()
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	time.Sleep(time.Hour)
}
