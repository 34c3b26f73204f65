package main

import (
	"sync"
	"time"
)

const many = 120

type reply struct{ text string }

type job struct{ text string }

type call struct{ done chan *reply }

// desk has the calls that wait for their replies. Its variable outlives all of them.
type desk struct {
	mu    sync.Mutex
	calls map[int]*call
	jobs  chan *job
}

var front = &desk{calls: map[int]*call{}, jobs: make(chan *job, 1)}

func (d *desk) open(number int) *call {
	c := &call{make(chan *reply)}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[number] = c
	return c
}

func ask(number int, body []byte) {
	c := front.open(number)
	<-c.done
	body[0]++
}

func put(body []byte) {
	front.jobs <- &job{string(body)}
	body[0]++
}

func (d *desk) answer(number int) {
	d.mu.Lock()
	c := d.calls[number]
	d.mu.Unlock()
	c.done <- &reply{"yes"}
}

// serve answers a call an hour, and takes a job an hour.
func (d *desk) serve() {
	for number := 0; ; number++ {
		time.Sleep(time.Hour)
		d.answer(number)
		<-d.jobs
	}
}

// crowds wait beside a server, whose code sends, receives and closes of itself, in the place of the
// publisher, whose code does so too: "asked" are crowds that nobody answers any more, "slow" are
// those that are answered, an hour each.
func crowds(way string) {
	for i := 0; i < many; i++ {
		go ask(i, make([]byte, 8<<10))
		go put(make([]byte, 8<<10))
	}
	if way == "slow" {
		go front.serve()
	}
	time.Sleep(200 * time.Millisecond)
}
