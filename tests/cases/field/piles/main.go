// Rows that are closed by deferred calls of a loop that goes on: in many goroutines, each with few
// calls, or at two places of one loop, both of which hold the row.
package main

import (
	"strings"
	"time"

	"gotopsy/field/measure"
)

var way, fixed = strings.CutSuffix(measure.Way(), "-fixed")

type row struct{ page [2048]byte }

func (r *row) Close() { r.page[0] = 1 }

func (r *row) count() { r.page[1]++ }

func serve(rows <-chan *row) {
	for r := range rows {
		if fixed {
			r.Close()
			continue
		}
		defer r.Close()
	}
}

func audit(rows <-chan *row) {
	for r := range rows {
		if fixed {
			r.Close()
			continue
		}
		defer r.Close()
		defer r.count()
	}
}

func feed(serve func(<-chan *row), goroutines, rows int) (all []chan *row) {
	for range make([]struct{}, goroutines) {
		c := make(chan *row)
		all = append(all, c)
		go serve(c)
		for i := 0; i < rows; i++ {
			c <- new(row)
		}
	}
	time.Sleep(20 * time.Millisecond) // the last row is served
	return all
}

func main() {
	var all []chan *row
	if way == "many" {
		all = feed(serve, 40, 10)
	} else {
		all = feed(audit, 1, 400)
	}
	measure.Ready(nil)
	for _, c := range all {
		close(c)
	}
}
