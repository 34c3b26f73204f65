// A mail service keeps a small part of much. Leaked: entries behind cut-off slots of tree nodes, whose
// arrays do not fill their slots; tasks that a dispatcher took from the front of a queue which only its
// frame has; slabs of records of which one record is kept; texts that a table of names interns as they
// are; packets whose heads lie in a long list. Whatever leaks, a map of 1,000 events is kept, and two
// compressors, which are so large that their type has no plain mask up to Go 1.23.
package main

import (
	"compress/gzip"
	"container/list"
	"fmt"
	"io"
	"runtime"
	"strings"

	"gotopsy/field/measure"
)

const (
	nodes, degree, used = 60, 31, 7
	tasks               = 800
	slabs, records      = 150, 256
	names               = 300
	packets             = 200
	events              = 1000
)

type item struct{ body [1200]byte }

type node struct {
	items    []*item
	children []*node
}

type tree struct {
	root  *node
	count int
}

func (n *node) truncate(to int) {
	if measure.Fixed() {
		for i := to; i < len(n.items); i++ {
			n.items[i] = nil
		}
	}
	n.items = n.items[:to]
}

func (t *tree) grow() {
	n := &node{items: make([]*item, 0, degree)}
	for i := 0; i < degree; i++ {
		n.items = append(n.items, &item{})
	}
	t.root.children = append(t.root.children, n)
	n.truncate(used)
}

type task struct{ body [1500]byte }

func dispatch(room int, started, stop chan bool) {
	queue := make([]*task, 0, room)
	for i := 0; i < tasks; i++ {
		queue = append(queue, &task{})
	}
	for len(queue) > 3 {
		queue[0].body[0]++
		if measure.Fixed() {
			queue[0] = nil
		}
		queue = queue[1:]
	}
	started <- true
	<-stop
	println(len(queue), queue[0].body[0])
}

type record struct {
	id     uint64
	fields [7]uint64
}

type tracer struct{ kept []*record }

func (t *tracer) trace() {
	slab := make([]record, records)
	kept := &slab[9]
	if measure.Fixed() {
		one := slab[9]
		kept = &one
	}
	t.kept = append(t.kept, kept)
}

type interner struct{ table map[string]string }

func (in *interner) intern(text string) {
	if measure.Fixed() {
		text = strings.Clone(text)
	}
	in.table[text] = text
}

type inbox struct{ pending *list.List }

func (in *inbox) receive() {
	packet := make([]byte, 12<<10)
	head := packet[:16:16]
	if measure.Fixed() {
		head = append([]byte(nil), head...)
	}
	in.pending.PushBack(head)
}

type event struct{ data [3500]byte }

type watcher struct{ last map[string]*event }

var (
	index    = &tree{root: &node{}}
	spans    = &tracer{}
	labels   = &interner{table: map[string]string{}}
	incoming = &inbox{pending: list.New()}
	watched  = &watcher{last: map[string]*event{}}
	packers  []*gzip.Writer
)

func main() {
	for i := 0; i < nodes; i++ {
		index.grow()
	}
	for i := 0; i < slabs; i++ {
		spans.trace()
	}
	for i := 0; i < names; i++ {
		text := fmt.Sprintf("name%05d ", i) + strings.Repeat("x", 6000)
		labels.intern(text[:9])
	}
	for i := 0; i < packets; i++ {
		incoming.receive()
	}
	for i := 0; i < events; i++ {
		watched.last[fmt.Sprint("/", i)] = &event{}
	}
	for i := 0; i < 2; i++ {
		packer := gzip.NewWriter(io.Discard)
		packer.Write([]byte("hello"))
		packers = append(packers, packer)
	}
	started, stop := make(chan bool), make(chan bool)
	go dispatch(tasks+len(packers), started, stop)
	<-started
	measure.Ready(nil)
	close(stop)
	runtime.KeepAlive(index)
	println(len(spans.kept), len(labels.table), incoming.pending.Len(), len(watched.last), len(packers))
}
