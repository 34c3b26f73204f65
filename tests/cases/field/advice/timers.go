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
		newClock()
	}
}

type key struct{}

// deadline forgets its cancel.
func deadline() {
	ctx := context.WithValue(context.Background(), key{}, make([]byte, small))
	at("ctx_timer", "cancel()")
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
	s := &session{}
	at("after_func", "Stop")
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
		named("select", "close", "main.cache.closed")
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

type clock struct {
	room []byte
	stop chan struct{}
}

func (c *clock) run() {
	minutes, hours := time.NewTicker(time.Minute), time.NewTicker(time.Hour)
	defer minutes.Stop()
	defer hours.Stop()
	for {
		at("ticker_select", "done channel")
		select {
		case <-minutes.C:
			c.room[0]++
		case <-hours.C:
			c.room[1]++
		}
	}
}

func (c *clock) runUntilStopped() {
	minutes, hours := time.NewTicker(time.Minute), time.NewTicker(time.Hour)
	defer minutes.Stop()
	defer hours.Stop()
	for {
		select {
		case <-minutes.C:
			c.room[0]++
		case <-hours.C:
			c.room[1]++
		case <-c.stop:
			return
		}
	}
}

func newClock() {
	c := &clock{make([]byte, small), make(chan struct{})}
	if measure.Fixed() {
		go c.runUntilStopped()
		close(c.stop)
	} else {
		go c.run()
	}
}
