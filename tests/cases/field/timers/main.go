// Timers that are forgotten, one kind for each way to run. "after" leaks, "after-fixed" does not.
package main

import (
	"context"
	"strings"
	"time"

	"gotopsy/field/measure"
)

var way, fixed = strings.CutSuffix(measure.Way(), "-fixed")

// after waits for each message and for a time-out that never comes.
func after(queue chan int) {
	quiet := time.NewTimer(20 * time.Minute)
	for {
		timeout := quiet.C
		if !fixed {
			timeout = time.After(20 * time.Minute)
		}
		select {
		case n := <-queue:
			if n < 0 {
				return
			}
		case <-timeout:
			return
		}
	}
}

func afters() {
	queue := make(chan int)
	go after(queue)
	for i := 0; i < 9000; i++ {
		queue <- i
	}
}

// tickers have as many periods as there are of them.
func tickers() {
	for i := 0; i < 5000; i++ {
		t := time.NewTicker(time.Hour + time.Duration(i)*time.Millisecond)
		if fixed {
			t.Stop()
		}
	}
}

type upload struct{ parts [][]byte }

func newUpload(size int) *upload {
	return &upload{parts: [][]byte{make([]byte, size), make([]byte, size)}}
}

func (u *upload) abort() { u.parts = nil }

// funcs are few and keep much.
func funcs() {
	for i := 0; i < 40; i++ {
		u := newUpload(20 << 10)
		t := time.AfterFunc(2*time.Hour, u.abort)
		if fixed {
			t.Stop()
		}
	}
}

// one timer keeps more than all else.
func one() {
	u := newUpload(4 << 20)
	t := time.AfterFunc(2*time.Hour, func() { println(len(u.parts)) })
	if fixed {
		t.Stop()
	}
}

type poller struct {
	timer   *time.Timer
	history []byte
}

func (p *poller) poll() { p.timer = time.AfterFunc(time.Hour, p.poll) }

// rearming ones start themselves again for ever.
func rearming() {
	for i := 0; i < 60; i++ {
		p := &poller{history: make([]byte, 16<<10)}
		p.poll()
		if fixed {
			p.timer.Stop()
		}
	}
}

type request struct {
	id   int
	body [1500]byte
}

type requestKey struct{}

// deadlines are of contexts whose cancel function goes when the work fails.
func deadlines() { handle(context.Background()) }

// server's context is alive, and can be cancelled.
var server, shutdown = context.WithCancel(context.Background())

// children have a parent that knows them.
func children() { handle(server) }

func handle(parent context.Context) {
	for i := 0; i < 1200; i++ {
		ctx := context.WithValue(parent, requestKey{}, &request{id: i})
		ctx, cancel := context.WithTimeout(ctx, 45*time.Minute)
		if failed(ctx) && !fixed {
			continue
		}
		cancel()
	}
}

//go:noinline
func failed(ctx context.Context) bool { return ctx.Value(requestKey{}).(*request).id >= 0 }

// deferred cancels wait for a loop that never ends.
func deferred() { reconcile(context.Background()) }

func deferredChildren() { reconcile(server) }

var work = make(chan *request)

func reconcile(parent context.Context) {
	go func() {
		for r := range work {
			ctx, cancel := context.WithTimeout(context.WithValue(parent, requestKey{}, r), time.Hour)
			if fixed {
				failed(ctx)
				cancel()
				continue
			}
			defer cancel()
			failed(ctx)
		}
	}()
	for i := 0; i < 1200; i++ {
		work <- &request{id: i}
	}
}

var uploads = make(chan *upload)

// deferredStops are of timers.
func deferredStops() {
	go func() {
		for u := range uploads {
			t := time.AfterFunc(time.Hour, u.abort)
			if fixed {
				t.Stop()
				continue
			}
			defer t.Stop()
		}
	}()
	for i := 0; i < 200; i++ {
		uploads <- newUpload(8 << 10)
	}
}

type session struct {
	token string
	state []byte
	done  chan struct{}
}

// refresh has a channel to end by, which nobody has any more.
func (s *session) refresh(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-t.C:
			s.state[0]++
		}
	}
}

func watchers() {
	var sessions []*session
	for i := 0; i < 120; i++ {
		s := &session{state: make([]byte, 40<<10), done: make(chan struct{})}
		go s.refresh(time.Hour + time.Duration(i)*time.Second)
		sessions = append(sessions, s)
	}
	time.Sleep(50 * time.Millisecond) // all have come to wait
	for _, s := range sessions {
		if fixed {
			close(s.done)
		}
	}
}

type gauge struct {
	ticker *time.Ticker
	values []int
	done   chan struct{}
}

// run ends in the twin alone, as the other loop has no case for it.
func (g *gauge) run() {
	if fixed {
		<-g.done
		return
	}
	for range g.ticker.C {
		g.values = g.values[:1]
	}
}

// loops wait for nothing but their tickers, and their owners are gone.
func loops() {
	var gauges []*gauge
	for i := 0; i < 100; i++ {
		g := &gauge{time.NewTicker(time.Hour + time.Duration(i)*time.Second), make([]int, 4<<10), make(chan struct{})}
		go g.run()
		gauges = append(gauges, g)
	}
	time.Sleep(50 * time.Millisecond) // all have come to wait
	for _, g := range gauges {
		if fixed {
			g.ticker.Stop()
			close(g.done)
		}
	}
}

func main() {
	map[string]func(){
		"after": afters, "tickers": tickers, "funcs": funcs, "one": one, "rearming": rearming,
		"deadlines": deadlines, "children": children, "watchers": watchers, "loops": loops, "deferred": deferred,
		"deferred-children": deferredChildren, "deferred-stops": deferredStops,
	}[way]()
	measure.Ready(nil)
	shutdown()
	close(work)
	close(uploads)
}
