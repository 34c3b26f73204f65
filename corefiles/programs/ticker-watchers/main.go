// Watchers that were dropped from their table without being stopped: the timer
// heap keeps each ticker, its goroutine waits on it, and that keeps the watcher.
package main

import (
	"time"

	"gotopsy.programs/truth"
)

const period = 10 * time.Minute

type watcher struct {
	ticker  *time.Ticker
	done    chan struct{}
	history []byte
}

var watchers = map[int]*watcher{}

func watch(id int) {
	w := &watcher{
		ticker:  time.NewTicker(period),
		done:    make(chan struct{}),
		history: truth.Bytes(16 << 10),
	}
	watchers[id] = w
	truth.Ticker(w.ticker, period)
	go w.run()
}

func (w *watcher) run() {
	if truth.Leaking {
		for range w.ticker.C {
			w.sample()
		}
	}
	for {
		select {
		case <-w.ticker.C:
			w.sample()
		case <-w.done:
			return
		}
	}
}

func (w *watcher) sample() { w.history[0]++ }

func (w *watcher) stop() {
	w.ticker.Stop()
	close(w.done)
}

//go:noinline
func forget(id int) {
	if !truth.Leaking {
		watchers[id].stop()
	}
	delete(watchers, id)
}

func main() {
	truth.Start("ticker-watchers")
	truth.Begin("ticker", "main.(*watcher)")
	for id := 0; id < 256; id++ {
		watch(id)
	}
	for id := 0; id < 256; id++ {
		forget(id)
	}
	if !truth.Leaking {
		truth.AwaitGoroutines(1)
	}
	truth.Done()
}
