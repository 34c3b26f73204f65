// A service lets eight requests work at a time, each with a token: a place in a channel. It leaks
// where a request returns without giving its token back. Healthy crowds: "busy", where those who have
// the tokens work elsewhere; "bucket", where a clock takes the tokens out; "queue", where main does.
// In the way "rows" the tokens are connections to a database, and in "reading" they are in use.
package main

import (
	"database/sql"
	"time"

	"gotopsy/field/measure"
)

const (
	places  = 8
	waiters = 60
)

type page [16 << 10]byte

var (
	tokens = make(chan struct{}, places)
	answer = make(chan int)
)

//go:noinline
func touch(p *page) { p[0]++ }

//go:noinline
func request(n int, p *page) {
	tokens <- struct{}{}
	if n < places && !measure.Fixed() {
		return // the token is lost
	}
	touch(p)
	<-tokens
}

// export is another one who has a token, and works.
//
//go:noinline
func export() {
	tokens <- struct{}{}
	defer func() { <-tokens }()
	<-answer
}

// drip takes one token out each hour.
func drip() {
	for range time.Tick(time.Hour) {
		<-tokens
	}
}

// look leaves the rows open where it has seen enough.
//
//go:noinline
func look(db *sql.DB, p *page) {
	rows, err := db.Query("all")
	if err == nil && !rows.Next() {
		rows.Close()
	}
	touch(p)
}

//go:noinline
func read(db *sql.DB) {
	rows, err := db.Query("all")
	if err == nil {
		defer rows.Close()
		<-answer
	}
}

func query(read func(*sql.DB)) {
	db := open()
	db.SetMaxOpenConns(places)
	for i := 0; i < places; i++ {
		go read(db)
	}
	measure.Until(func() bool { return db.Stats().InUse == places })
	for i := 0; i < waiters; i++ {
		go look(db, new(page))
	}
	measure.Until(func() bool { return db.Stats().WaitCount == waiters })
	wait(nil)
	db.Close()
}

func wait(done <-chan struct{}) {
	measure.Ready(map[string]any{"waiters": waiters, "leaks": []map[string]string{{"row": "tokens"}}})
	<-done
}

func main() {
	first, queue := 0, make(chan struct{})
	switch measure.Way() {
	case "busy":
		for i := 0; i < places; i++ {
			go export()
		}
		measure.Until(func() bool { return len(tokens) == places })
		first = places
	case "bucket":
		go drip()
	case "queue":
		queue = tokens
	case "rows":
		query(func(db *sql.DB) { look(db, new(page)) })
	case "reading":
		query(read)
	}
	for i := first; i < places; i++ {
		go request(i, new(page))
	}
	if !measure.Fixed() {
		measure.Until(func() bool { return len(tokens) == places })
	}
	for i := 0; i < waiters; i++ {
		go request(places+i, new(page))
	}
	time.Sleep(30 * time.Millisecond) // all have come to wait, or have ended
	wait(queue)
	close(answer)
}
