// What fills a heap through generic types, closures, interfaces and containers in containers: each
// way to run piles up a few MiB in one place, and "fixed" piles up nothing.
package main

import (
	"container/list"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"gotopsy/field/measure"
)

type blob struct{ words [24]int64 }

// ---- a generic cache in shards ----

type shard[K comparable, V any] struct {
	lock  sync.RWMutex
	byKey map[K]V
}

type sharded[K comparable, V any] struct{ shards [16]shard[K, V] }

func (s *sharded[K, V]) put(at int, key K, value V) {
	one := &s.shards[at%len(s.shards)]
	one.lock.Lock()
	defer one.lock.Unlock()
	if one.byKey == nil {
		one.byKey = map[K]V{}
	}
	one.byKey[key] = value
}

var users sharded[string, *blob]

func shards() {
	for i := 0; i < 32000; i++ {
		users.put(i, fmt.Sprint("user-", i), &blob{})
	}
}

// ---- a map of slices of structs ----

type order struct {
	item *int64
	lots [5]int64
}

var orders = map[string][]order{}

func grouped() {
	for i := 0; i < 4000; i++ {
		orders[fmt.Sprint("customer-", i)] = make([]order, 32)
	}
}

// ---- a ring that is full ----

type ring struct {
	slots []*blob
	next  int
}

type recorder struct{ last ring }

var flight = &recorder{ring{slots: make([]*blob, 16)}}

func rings() {
	flight.last.slots = make([]*blob, 30000)
	for i := 0; i < 45000; i++ {
		flight.last.slots[flight.last.next] = &blob{}
		flight.last.next = (flight.last.next + 1) % len(flight.last.slots)
	}
}

// ---- a tree of interfaces ----

type expression interface{ value() int64 }

type sum struct {
	left, right expression
	note        [4]int64
}

type number struct{ is [6]int64 }

func (s *sum) value() int64    { return s.left.value() + s.right.value() }
func (n *number) value() int64 { return n.is[0] }

type compiler struct {
	root expression
	pass int
}

var compiled = &compiler{}

func deeper(depth int) expression {
	if depth == 0 {
		return &number{}
	}
	return &sum{left: deeper(depth - 1), right: deeper(depth - 1)}
}

func tree() { compiled.root = deeper(15) }

// ---- a slice that an http handler has captured ----

var mux = http.NewServeMux()

func captured() {
	var seen []*blob
	handle := func(w http.ResponseWriter, r *http.Request) { seen = append(seen, &blob{}) }
	mux.HandleFunc("/visit", handle)
	for i := 0; i < 25000; i++ {
		handle(nil, nil)
	}
}

// ---- a channel of channels ----

type client struct{ pending chan chan *blob }

var calls = &client{}

func channels() {
	calls.pending = make(chan chan *blob, 20000)
	for i := 0; i < 20000; i++ {
		reply := make(chan *blob, 1)
		reply <- &blob{}
		calls.pending <- reply
	}
}

// ---- a list that is a struct's own ----

type history struct {
	lock  sync.Mutex
	lines list.List
}

var past history

func listed() {
	for i := 0; i < 30000; i++ {
		past.lines.PushBack(&blob{})
	}
}

// ---- a map behind an atomic pointer ----

type settings struct{ current atomic.Pointer[map[any]any] }

var config settings

func swapped() {
	made := map[any]any{}
	for i := 0; i < 25000; i++ {
		made[i] = &blob{}
	}
	config.current.Store(&made)
}

// ---- a context that gets one more value each time ----

type attempt struct{ ctx context.Context }

type attemptKey struct{}

var retried = &attempt{context.Background()}

func values() {
	for i := 0; i < 30000; i++ {
		retried.ctx = context.WithValue(retried.ctx, attemptKey{}, &blob{})
	}
}

var ways = map[string]func(){
	"shards": shards, "grouped": grouped, "rings": rings, "tree": tree, "captured": captured,
	"channels": channels, "listed": listed, "swapped": swapped, "values": values,
}

func main() {
	if fill := ways[measure.Way()]; fill != nil {
		fill()
	}
	measure.Ready(nil)
	println(len(users.shards), len(orders), flight.last.next, compiled.root != nil, mux != nil)
	println(len(calls.pending), past.lines.Len(), config.current.Load() != nil, retried.ctx != nil)
}
