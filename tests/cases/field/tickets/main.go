// A service lets eight requests work at a time: each takes a ticket from a channel that is filled at
// the start, and puts it back. It leaks where a request returns with its ticket. Healthy crowds:
// "held", where those who have the tickets work elsewhere; "closed", where the tickets come at a later
// time; "clock", where a timer puts one back; "workers" and "calls", whose channel is a queue.
package main

import (
	"time"

	"gotopsy/field/measure"
)

const (
	places  = 8
	waiters = 60
)

type page [16 << 10]byte

var (
	tickets  = make(chan int, places)
	requests = make(chan int)
	replies  = make(chan int, 1)
	answer   = make(chan int)
	begun    = make(chan int)
)

func fill() {
	for i := 0; i < places; i++ {
		tickets <- i
	}
}

//go:noinline
func touch(p *page, ticket int) { p[ticket]++ }

//go:noinline
func request(n int, p *page) {
	ticket := <-tickets
	if n < places && !measure.Fixed() {
		return // the ticket is lost
	}
	touch(p, ticket)
	tickets <- ticket
}

// answerOne comes with all others, after those that lose their tickets.
func answerOne(n int, p *page) {
	if n >= places {
		<-begun
	}
	request(n, p)
}

// accept starts a request for each that comes.
func accept() {
	for n := range requests {
		p := new(page)
		p[0]++ // in the heap, before the request has it
		go answerOne(n, p)
	}
}

// export hands its ticket to who works with it.
func export() {
	ticket := <-tickets
	go func() {
		defer func() { tickets <- ticket }()
		<-answer
	}()
}

func work(p *page) {
	for ticket := range tickets {
		touch(p, ticket)
	}
}

// call waits for one piece of work, and replies elsewhere.
func call(p *page) {
	ticket := <-tickets
	touch(p, ticket)
	replies <- ticket
}

func start(wait func(*page)) {
	for i := 0; i < waiters; i++ {
		go wait(new(page))
	}
	ready()
}

func ready() {
	measure.Ready(map[string]any{
		"waiters": waiters, "leaks": []map[string]string{{"row": "tokens_received"}}})
}

func serve() {
	fill()
	go accept()
	for i := 0; i < places+waiters; i++ {
		requests <- i
	}
	if !measure.Fixed() {
		measure.Until(func() bool { return len(tickets) == 0 })
	}
	measure.Blocked("main.answerOne", waiters)
	close(begun)
	if measure.Fixed() {
		measure.Until(func() bool { return len(tickets) == places })
	} else {
		measure.Blocked("main.request", waiters)
	}
	ready()
}

func hold() {
	fill()
	for i := 0; i < places; i++ {
		export()
	}
	start(late)
}

func late(p *page) { request(places, p) }

func main() {
	switch measure.Way() {
	case "held":
		hold()
	case "closed":
		start(late)
		fill()
	case "clock":
		time.AfterFunc(time.Hour, func() { tickets <- 0 })
		start(late)
	case "workers":
		start(work)
	case "calls":
		start(call)
	default:
		serve()
	}
}
