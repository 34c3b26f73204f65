// One leak behind another: what goes when both are fixed goes once. A queue whose popped slots are
// not cleared keeps records, or goroutines that hang keep them ("hung"), and each record keeps a line
// of which it uses a few bytes.
package main

import (
	"runtime"
	"strings"

	"gotopsy/field/measure"
)

const lines = 512

type record struct {
	name string
	size int
}

func parse(i int) *record {
	line := strings.Repeat(string(rune('a'+i%26)), 4000)
	return &record{name: line[:12], size: len(line)}
}

type queue struct{ waiting []*record }

var records queue

func (q *queue) pop() *record {
	first := q.waiting[0]
	if measure.Fixed() {
		q.waiting[0] = nil
	}
	q.waiting = q.waiting[1:]
	return first
}

func work(r *record, done chan struct{}) {
	<-done
	println(r.name)
}

func main() {
	if measure.Way() == "hung" {
		for i := 0; i < lines; i++ {
			go work(parse(i), make(chan struct{}))
		}
		measure.Until(func() bool { return runtime.NumGoroutine() == lines+1 })
		measure.Ready(nil)
		return
	}
	for i := 0; i < lines; i++ {
		records.waiting = append(records.waiting, parse(i))
	}
	for len(records.waiting) > 12 {
		records.pop()
	}
	measure.Ready(nil)
	println(len(records.waiting))
}
