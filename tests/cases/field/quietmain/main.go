// The main goroutine has nothing to do any more, in the way that the first argument names, and so
// nobody closes the channel that it alone holds.
package main

import (
	"time"

	"gotopsy/field/measure"
)

const (
	many    = 12
	payload = 128 << 10
)

//go:noinline
func wait(c chan int, page []byte) {
	<-c
	page[0]++
}

func start() chan int {
	c := make(chan int)
	for i := 0; i < many; i++ {
		go wait(c, make([]byte, payload))
	}
	return c
}

func main() {
	c := start()
	if measure.Fixed() {
		close(c)
	} else {
		defer close(c)
	}
	time.Sleep(10 * time.Millisecond)
	go measure.Ready(map[string]any{"many": many})
	switch measure.Way() {
	case "nil":
		<-(chan int)(nil)
	case "own":
		<-make(chan int)
	}
	select {}
}
