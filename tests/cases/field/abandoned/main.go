// A service leaves goroutines behind in seven ways. Something could still end each of them, and
// nobody will: a deadline that is hours away, the shutdown channel, the root context, a ticker.
// The first argument names the way that is mended: its goroutines are all started, and end. "fixed"
// mends all.
package main

import (
	"context"
	"runtime"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const (
	many    = 24
	payload = 96 << 10
	far     = 5 * time.Hour
)

var (
	quit          = make(chan struct{})
	root, stopAll = context.WithCancel(context.Background())
	released      sync.WaitGroup
)

func mended(way string) bool { return measure.Fixed() || measure.Way() == way }

// leave starts goroutines that begin to wait, and ends them if that way is mended: each then gets
// its own go from the channel that it is given.
func leave(way string, start func(end chan struct{})) {
	for i := 0; i < many; i++ {
		end := make(chan struct{})
		if !mended(way) {
			end = nil
		} else {
			defer close(end)
		}
		start(end)
	}
	time.Sleep(20 * time.Millisecond)
}

func spawn(body func()) {
	released.Add(1)
	go func() {
		defer released.Done()
		body()
	}()
}

//go:noinline
func touch(b []byte) { b[0]++ }

// ask waits for an answer; a timer that closes the channel is all that is left of who should.
func ask(end chan struct{}) {
	answer, page := make(chan int), make([]byte, payload)
	t := time.AfterFunc(far, func() { close(answer) })
	spawn(func() {
		defer t.Stop()
		select {
		case <-answer:
		case <-end:
		}
		touch(page)
	})
}

// deliver hands over a result that nobody takes, unless all is shut down.
func deliver(end chan struct{}) {
	out, page := make(chan []byte), make([]byte, payload)
	spawn(func() {
		select {
		case out <- page:
		case <-quit:
		case <-end:
		}
	})
}

// follow waits for a context that nobody cancels but with its parent.
func follow(end chan struct{}) {
	ctx, cancel := context.WithCancel(root)
	page := make([]byte, payload)
	spawn(func() {
		select {
		case <-ctx.Done():
		case <-end:
			cancel()
		}
		touch(page)
	})
}

// drain is for a connection that has gone; it waits for the shutdown only.
func drain(end chan struct{}) {
	page := make([]byte, payload)
	spawn(func() {
		select {
		case <-quit:
		case <-end:
		}
		touch(page)
	})
}

// outlast waits for the end of the program's context only.
func outlast(end chan struct{}) {
	page := make([]byte, payload)
	spawn(func() {
		select {
		case <-root.Done():
		case <-end:
		}
		touch(page)
	})
}

type store struct {
	page []byte
	done chan struct{}
}

// sweep goes over a store that nobody uses any more, and that nobody closes.
func sweep(end chan struct{}) {
	s := &store{make([]byte, payload), make(chan struct{})}
	spawn(func() {
		t := time.NewTicker(far)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				touch(s.page)
			case <-s.done:
				return
			case <-end:
				return
			}
		}
	})
}

// pair is two sides, each of which waits for the other, or for the shutdown.
func pair(end chan struct{}) {
	there, back, page := make(chan int), make(chan int), make([]byte, payload)
	side := func(in, other chan int) {
		select {
		case <-in:
			other <- 1
		case <-quit:
		case <-end:
		}
		touch(page)
	}
	spawn(func() { side(there, back) })
	spawn(func() { side(back, there) })
}

func main() {
	ways := []struct {
		name  string
		start func(chan struct{})
	}{
		{"ask", ask}, {"deliver", deliver}, {"follow", follow}, {"drain", drain},
		{"outlast", outlast}, {"sweep", sweep}, {"pair", pair},
	}
	for _, way := range ways {
		leave(way.name, way.start)
	}
	measure.Ready(map[string]any{"many": many})
	runtime.KeepAlive(quit)
	close(quit)
	stopAll()
	released.Wait()
}
