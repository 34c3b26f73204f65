// Package feed is a library as many are: a Client has goroutines, which end when it is closed.
package feed

import (
	"context"
	"time"
)

const (
	Known = 16 << 10 // bytes that a client or a cache keeps
	pause = time.Hour
)

// Client has three goroutines, each of which reaches all of it.
type Client struct {
	closed context.Context
	cancel context.CancelFunc
	stop   chan struct{}
	jobs   chan []byte
	known  [Known]byte
}

func NewClient() *Client {
	c := &Client{stop: make(chan struct{}), jobs: make(chan []byte)}
	c.closed, c.cancel = context.WithCancel(context.Background())
	go c.watch()
	go c.refresh()
	go c.write()
	return c
}

func (c *Client) Close() {
	c.cancel()
	close(c.stop)
	close(c.jobs)
}

func (c *Client) watch() {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-c.closed.Done():
			return
		case <-timer.C:
			c.known[0]++
			timer.Reset(pause)
		}
	}
}

func (c *Client) refresh() {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.known[1]++
		case <-c.stop:
			return
		}
	}
}

func (c *Client) write() {
	for job := range c.jobs {
		c.known[2] += job[0]
	}
}

// Paced works when its clock tells it. Nothing ends it, and nothing has to.
type Paced struct {
	work  chan struct{}
	known [Known]byte
}

func Pace() {
	p := &Paced{work: make(chan struct{})}
	go p.run()
	go p.pace()
}

func (p *Paced) run() {
	for {
		select {
		case <-p.work:
			p.known[0]++
		case <-time.After(pause):
			p.known[1]++
		}
	}
}

func (p *Paced) pace() {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for range ticker.C {
		p.work <- struct{}{}
	}
}
