// A message router in which nearly everything is held by functions: handlers and middleware in maps
// and slices, method values, timers of AfterFunc, goroutines' own functions, deferred calls,
// iterators and generic containers. Leaked: (1) messages of which handlers in a map keep a few
// bytes, (2) frames of which goroutines' functions keep a header, (3) handlers that were cut off a
// slice, each with a cache of its own. With a way of one of their names that leak alone is left out.
package main

import (
	"container/list"
	"strconv"
	"strings"
	"sync"
	"time"

	"gotopsy/field/measure"
)

func fixed(leak string) bool { return measure.Fixed() || measure.Way() == leak }

type message struct {
	topic string
	body  []byte
	reply func(error)
}

type handler func(*message) error

type middleware func(handler) handler

type router struct {
	mu     sync.Mutex
	routes map[string]handler
	wraps  []middleware
	hooks  map[string][]func(string) int
}

type session struct {
	user  string
	roles []string
	bag   map[string]any
}

func (s *session) allow(m *message) error {
	s.bag[m.topic] = m
	return nil
}

type tally struct{ hits map[string]int }

func (t tally) count(m *message) error {
	t.hits[m.topic]++
	return nil
}

// ---- handlers: closures over strings, slices, structs, counters ----

func (r *router) route(topic string, s *session, limits []int, retry int) {
	seen := 0
	var last *message
	h := func(m *message) error {
		seen++
		last = m
		if seen > limits[len(limits)-1]*retry {
			return s.allow(last)
		}
		println(topic)
		return nil
	}
	r.routes[topic] = h
	for _, wrap := range r.wraps {
		r.routes[topic] = wrap(r.routes[topic])
	}
}

func logged(prefix string, out *[]string) middleware {
	return func(next handler) handler {
		return func(m *message) error {
			*out = append(*out, prefix+m.topic)
			return next(m)
		}
	}
}

// ---- leaks ----

// The name is a few bytes of the message that it came in.
func (r *router) subscribe(line string) {
	name := line[:12]
	if fixed("substring") {
		name = strings.Clone(name)
	}
	r.hooks[name] = append(r.hooks[name], func(s string) int { return len(s) + len(name) })
}

func follow(frame []byte, stop <-chan struct{}, started *sync.WaitGroup) {
	head := frame[:48:48]
	if fixed("subslice") {
		head = append([]byte(nil), head...)
	}
	started.Add(1)
	go func() {
		started.Done()
		<-stop
		println(string(head))
	}()
}

type pipeline struct{ steps []func([]byte) []byte }

func (p *pipeline) add(seed byte) {
	cache := make([]byte, 8<<10)
	memo := map[int]*[64]byte{1: {seed}}
	p.steps = append(p.steps, func(b []byte) []byte {
		cache[len(b)%len(cache)] = seed + memo[1][0]
		return cache
	})
}

func (p *pipeline) drop(n int) {
	if fixed("elements") {
		clear(p.steps[:n])
	}
	p.steps = p.steps[n:]
}

// ---- generics ----

type node[K comparable, V any] struct {
	key   K
	value V
	next  *node[K, V]
}

type store[K comparable, V any] struct {
	byKey map[K]*node[K, V]
	first *node[K, V]
	onAdd func(K, V)
}

func (s *store[K, V]) add(key K, value V) {
	n := &node[K, V]{key, value, s.first}
	s.first = n
	s.byKey[key] = n
	if s.onAdd != nil {
		s.onAdd(key, value)
	}
}

func (s *store[K, V]) all() func(func(K, V) bool) {
	return func(yield func(K, V) bool) {
		for n := s.first; n != nil; n = n.next {
			if !yield(n.key, n.value) {
				return
			}
		}
	}
}

func serve[K comparable, V any](s *store[K, V], in <-chan V, keyOf func(V) K, done *sync.WaitGroup) {
	var batch []V
	index := map[K]V{}
	for v := range in {
		batch = append(batch, v)
		index[keyOf(v)] = v
		s.add(keyOf(v), v)
		done.Done()
	}
	println(len(batch), len(index))
}

func memoize[K comparable, V any](f func(K) V) func(K) V {
	known := map[K]V{}
	var order []K
	return func(k K) V {
		if v, ok := known[k]; ok {
			return v
		}
		known[k] = f(k)
		order = append(order, k)
		return known[k]
	}
}

// ---- all together ----

var (
	router0 = router{routes: map[string]handler{}, hooks: map[string][]func(string) int{}}
	chain   pipeline
	undo    []func()
	timers  = map[string]*time.Timer{}
	byName  = store[string, *session]{byKey: map[string]*node[string, *session]{}}
	lookups []func(int) string
	events  = list.New()
)

func innocent(stop <-chan struct{}) {
	var lines []string
	router0.wraps = []middleware{logged("a/", &lines), logged("b/", &lines)}
	for i := 0; i < 300; i++ {
		id := strconv.Itoa(i)
		s := &session{user: strings.Repeat("u"+id, 20), roles: strings.Split(strings.Repeat("r"+id+",", 8), ","), bag: map[string]any{}}
		s.bag["id"] = id
		s.bag["when"] = time.Duration(i)
		router0.route("topic/"+id, s, []int{1, 2, i}, i%3+1)
		router0.routes["allow/"+id] = s.allow
		router0.routes["count/"+id] = tally{map[string]int{id: i}}.count
		undo = append(undo, func() { delete(router0.routes, "topic/"+id); s.bag = nil })
		timers[id] = time.AfterFunc(time.Hour, func() { byName.add(id, s) })
		events.PushBack(func() *session { return s })
		lookups = append(lookups, memoize(func(n int) string { return strings.Repeat(id, n) }))
		lookups[i](20)
		lookups[i](30)
	}
	byName.onAdd = func(key string, s *session) { lines = append(lines, key+s.user) }
	in := make(chan *session)
	var done sync.WaitGroup
	go serve(&byName, in, func(s *session) string { return s.user }, &done)
	words := store[int, []string]{byKey: map[int]*node[int, []string]{}}
	tokens := make(chan []string)
	go serve(&words, tokens, func(v []string) int { return len(v[0]) }, &done)
	for i := 0; i < 200; i++ {
		done.Add(2)
		in <- &session{user: strings.Repeat("v"+strconv.Itoa(i), 10), bag: map[string]any{"n": i}}
		tokens <- strings.Fields(strings.Repeat("x"+strconv.Itoa(i)+" ", 10))
	}
	done.Wait()
	for i := 0; i < 10; i++ {
		undo = append(undo, pull(byName.all()))
		go deferring(strconv.Itoa(i), stop)
		go publish(&message{topic: "news", body: make([]byte, 4096), reply: func(error) { println(i) }}, stop)
	}
}

func deferring(name string, stop <-chan struct{}) {
	s := &session{user: strings.Repeat(name, 600), bag: map[string]any{}}
	for i := 0; i < 4; i++ {
		note := strings.Repeat(name, 300+i)
		defer func() { s.bag[note] = i }()
	}
	<-stop
}

// The message waits in the queue of a channel that is read no more until stop.
var outbox = make(chan *message)

func publish(m *message, stop <-chan struct{}) {
	select {
	case outbox <- m:
	case <-stop:
	}
}

func main() {
	stop := make(chan struct{})
	innocent(stop)
	for i := 0; i < 100; i++ {
		router0.subscribe(strings.Repeat(string(rune('a'+i%26)), 10) + string(rune('A'+i/26)) + strings.Repeat(".", 8181))
	}
	var started sync.WaitGroup
	for i := 0; i < 60; i++ {
		follow(make([]byte, 16<<10), stop, &started)
	}
	for i := 0; i < 80; i++ {
		chain.add(byte(i))
	}
	chain.drop(70)
	started.Wait()
	measure.Ready(nil)
	close(stop)
	for _, f := range chain.steps {
		f(nil)
	}
	for _, f := range undo {
		f()
	}
	println(len(router0.routes), len(timers), len(lookups), events.Len())
}
