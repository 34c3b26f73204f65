// A service's state hangs off pointers to composite literals in package variables, which the
// compiler lays into data without a symbol. Leaked: blocks of names of which a few bytes are used,
// and jobs behind slots of a queue that no slice covers any more; with "tail" jobs are taken from the
// end of the queue, and lie between its length and its capacity.
package main

import (
	"strings"

	"gotopsy/field/measure"
)

type registry struct {
	byName map[string]*counter
	order  []string
}

type counter struct {
	name string
	hits int
}

type job struct{ payload []byte }

type queue struct {
	items []*job
	name  string
}

var metrics = &registry{byName: map[string]*counter{}}

var jobs = &queue{name: "jobs"}

func (r *registry) add(line string) {
	name := line[:8]
	if measure.Fixed() {
		name = strings.Clone(name)
	}
	r.byName[name] = &counter{name: name}
	r.order = append(r.order, name)
}

func (q *queue) pop() {
	if measure.Fixed() {
		q.items[0] = nil
	}
	if measure.Way() == "tail" {
		q.items = q.items[:len(q.items)-1]
		return
	}
	q.items = q.items[1:]
}

func main() {
	for i := 0; i < 400; i++ {
		metrics.add(strings.Repeat(string(rune('a'+i%26)), 7) + string(rune('A'+i/26)) + strings.Repeat(".", 8184))
	}
	for i := 0; i < 600; i++ {
		jobs.items = append(jobs.items, &job{payload: make([]byte, 4096)})
	}
	for len(jobs.items) > 10 {
		jobs.pop()
	}
	measure.Ready(nil)
	println(len(metrics.order), len(jobs.items))
}
