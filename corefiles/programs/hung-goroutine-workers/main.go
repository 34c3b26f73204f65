// Workers whose caller has timed out hang on sending their result.
package main

import (
	"time"

	"gotopsy.programs/truth"
)

const queries = 256

// backend is slow: it answers nobody before it is closed.
var backend = make(chan struct{})

func fetch(reply []byte) {
	<-backend
	copy(reply, "done")
}

//go:noinline
func ask(timeout time.Duration) []byte {
	room := 0
	if !truth.Leaking {
		room = 1
	}
	results := make(chan []byte, room)
	go func() {
		reply := truth.Bytes(16 << 10)
		truth.Goroutine()
		fetch(reply)
		results <- reply
	}()
	select {
	case reply := <-results:
		return reply
	case <-time.After(timeout):
		return nil
	}
}

func main() {
	truth.Start("hung-goroutine-workers")
	truth.Begin("hung-goroutine", "")
	for i := 0; i < queries; i++ {
		ask(time.Millisecond)
	}
	close(backend)
	if truth.Leaking {
		truth.Hung(queries, "chan send")
	} else {
		truth.AwaitGoroutines(1)
	}
	truth.Done()
}
