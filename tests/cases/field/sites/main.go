// A service of many small desks, each with a channel and a mutex of its own, and a crowd that waits:
// 5,000 goroutines at 20 sites, most of them for a thing of their own, all of which lead to the
// service, and so to whatever the others wait for. Nobody is forgotten: main could wake them all,
// but for those whose desk's mutex was locked by a goroutine that has returned.
package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

const each = 250 // at one site

type desk struct {
	mail chan string
	mu   sync.Mutex
	name string
}

type service struct {
	desks  []*desk
	shared sync.Mutex
	quit   chan struct{}
	born   atomic.Int64
}

func (s *service) open() *desk {
	d := &desk{mail: make(chan string), name: "desk"}
	s.desks = append(s.desks, d)
	return d
}

func (s *service) receive(d *desk) {
	s.born.Add(1)
	d.name = <-d.mail
	runtime.KeepAlive(s)
}

func (s *service) send(d *desk) {
	s.born.Add(1)
	d.mail <- d.name
	runtime.KeepAlive(s)
}

func (s *service) choose(d *desk) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	s.born.Add(1)
	select {
	case d.name = <-d.mail:
	case <-ctx.Done():
	case <-s.quit:
	}
	runtime.KeepAlive(s)
}

// own waits for a mutex that a goroutine which has returned left locked.
func (s *service) own(d *desk) {
	s.born.Add(1)
	d.mu.Lock()
	d.name = "locked"
	d.mu.Unlock()
	runtime.KeepAlive(s)
}

func (s *service) together(d *desk) {
	s.born.Add(1)
	s.shared.Lock()
	d.name = "shared"
	s.shared.Unlock()
}

//go:noinline
func north(visit func(*desk), d *desk) { visit(d); println() }

//go:noinline
func east(visit func(*desk), d *desk) { visit(d); println() }

//go:noinline
func south(visit func(*desk), d *desk) { visit(d); println() }

//go:noinline
func west(visit func(*desk), d *desk) { visit(d); println() }

func forget(d *desk, done chan<- bool) {
	d.mu.Lock()
	done <- true
}

func (s *service) hold(locked chan<- bool) {
	s.shared.Lock()
	defer s.shared.Unlock()
	locked <- true
	<-s.quit
}

func main() {
	s := &service{quit: make(chan struct{})}
	locked := make(chan bool)
	go s.hold(locked)
	<-locked
	for _, way := range []func(func(*desk), *desk){north, east, south, west} {
		for _, visit := range []func(*desk){s.receive, s.send, s.choose, s.own, s.together} {
			for i := 0; i < each; i++ {
				d := s.open()
				go forget(d, locked)
				<-locked
				go way(visit, d)
			}
		}
	}
	measure.Until(func() bool { return s.born.Load() == 20*each })
	time.Sleep(100 * time.Millisecond)
	measure.Ready(map[string]any{"each": each, "sites": 20})
	close(s.quit)
	runtime.KeepAlive(s)
}
