// Goroutines that wait behind others, which hang: for the lock that one of them has (way "lock"), or
// for the Done that they have to call: of one call that all wait for ("call"), of each one's own
// workers ("workers"). In the ways "lock-fixed", "call-fixed" and "workers-fixed" nobody hangs.
package main

import (
	"strings"
	"sync"

	"gotopsy/field/measure"
)

const crowd = 80

type page [1 << 16]byte

//go:noinline
func read() *page { return new(page) } // in the heap

var way, fixed = strings.CutSuffix(measure.Way(), "-fixed")

// fetch waits for who would take the answer: nobody.
//
//go:noinline
func fetch(key string) string {
	room := 0
	if fixed {
		room = 1
	}
	answer := make(chan string, room)
	answer <- key
	return key
}

// ---- a lock ----

type store struct {
	mu   sync.Mutex
	rows map[string]string
}

var shared = &store{rows: map[string]string{}}

//go:noinline
func (s *store) get(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.rows[key]
	if !ok {
		row = fetch(key)
		s.rows[key] = row
	}
	return row
}

// ---- one call for all ----

type call struct {
	done  sync.WaitGroup
	value string
}

type flights struct {
	mu    sync.Mutex
	calls map[string]*call
}

var flying = &flights{calls: map[string]*call{}}

//go:noinline
func (f *flights) do(key string) string {
	f.mu.Lock()
	if c, ok := f.calls[key]; ok {
		f.mu.Unlock()
		c.done.Wait()
		return c.value
	}
	c := new(call)
	c.done.Add(1)
	f.calls[key] = c
	f.mu.Unlock()
	c.value = fetch(key)
	c.done.Done()
	f.mu.Lock()
	delete(f.calls, key)
	f.mu.Unlock()
	return c.value
}

// ---- workers ----

//go:noinline
func work(group *sync.WaitGroup, key string) {
	defer group.Done()
	fetch(key)
}

//go:noinline
func all(keys ...string) {
	var group sync.WaitGroup
	for _, key := range keys {
		group.Add(1)
		go work(&group, key)
	}
	group.Wait()
}

//go:noinline
func serve(p *page) {
	switch way {
	case "lock":
		shared.get("a")
	case "call":
		flying.do("a")
	default:
		all("a", "b")
	}
	p[0]++
}

// warm leaves as many goroutines' descriptors for others as the leak needs: those are no part of it.
func warm() {
	var started, ended sync.WaitGroup
	started.Add(3 * crowd)
	ended.Add(3 * crowd)
	for i := 0; i < 3*crowd; i++ {
		go func() {
			defer ended.Done()
			started.Done()
			started.Wait()
		}()
	}
	ended.Wait()
}

func main() {
	warm()
	var served sync.WaitGroup
	for i := 0; i < crowd; i++ {
		served.Add(1)
		go func() {
			defer served.Done()
			serve(read())
		}()
	}
	if fixed {
		served.Wait()
	} else {
		measure.Blocked("main.serve", crowd)
		measure.Blocked("main.fetch", map[string]int{"workers": 2 * crowd}[way])
	}
	measure.Ready(nil)
}
