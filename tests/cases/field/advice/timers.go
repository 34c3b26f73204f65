package main

import (
	"context"
	"time"

	"gotopsy/field/measure"
)

func timers() {
	for i := 0; i < many; i++ {
		deadline()
		watchdog()
		newCache()
		newMeter()
	}
}

type key struct{}

// deadline forgets its cancel.
func deadline() {
	anywhere("ctx_timer", "cancel()")
	ctx := context.WithValue(context.Background(), key{}, make([]byte, small))
	_, cancel := context.WithTimeout(ctx, time.Hour)
	if measure.Fixed() {
		cancel()
	}
}

type session struct {
	room [small]byte
	late bool
}

func (s *session) expire() { s.late = true }

func watchdog() {
	anywhere("after_func", "Stop")
	s := &session{}
	timer := time.AfterFunc(time.Hour, s.expire)
	if measure.Fixed() {
		timer.Stop()
	}
}

type cache struct {
	entries map[string][]byte
	closed  chan struct{}
}

func (c *cache) sweep() {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		named("ticker_select", "close", "main.cache.closed")
		select {
		case <-ticker.C:
			delete(c.entries, "old")
		case <-c.closed:
			return
		}
	}
}

func newCache() {
	c := &cache{map[string][]byte{"new": make([]byte, small)}, make(chan struct{})}
	go c.sweep()
	if measure.Fixed() {
		close(c.closed)
	}
}

type meter struct {
	samples []byte
	stop    chan struct{}
}

func (m *meter) watch() {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	at("ticker_range", "done channel")
	for range ticker.C {
		m.samples[0]++
	}
}

func (m *meter) watchUntilStopped() {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			m.samples[0]++
		case <-m.stop:
			return
		}
	}
}

func newMeter() {
	m := &meter{make([]byte, small), make(chan struct{})}
	if measure.Fixed() {
		go m.watchUntilStopped()
		close(m.stop)
	} else {
		go m.watch()
	}
}
