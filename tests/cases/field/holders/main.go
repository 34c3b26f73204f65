// What fills a heap without any leak that can be proven: each way to run piles up a few MiB in one
// place that grows, and "fixed" piles up nothing.
package main

import (
	"container/list"
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"gotopsy/field/measure"
)

// ---- contexts of tasks whose cancel is never called ----

type server struct {
	ctx  context.Context
	stop context.CancelFunc
}

var hub = newServer()

func newServer() *server {
	ctx, stop := context.WithCancel(context.Background())
	return &server{ctx, stop}
}

type request struct{ body [192]byte }

type requestKey struct{}

func contexts() {
	for i := 0; i < 15000; i++ {
		ctx := context.WithValue(hub.ctx, requestKey{}, &request{})
		child, cancel := context.WithCancel(ctx)
		_, _ = child, cancel
	}
}

// ---- functions that a context is to call, and that nobody takes back ----

func watch(r *request) { r.body[0]++ }

func functions() {
	for i := 0; i < 15000; i++ {
		r := &request{}
		stop := context.AfterFunc(hub.ctx, func() { watch(r) })
		_ = stop
	}
}

// ---- channels of many stages, of which one sort is full ----

type stage struct {
	errs chan error
	in   chan *request
}

var (
	stages []*stage
	sizes  = make(chan int, 1000)
)

// inspect leads to both channels beside their stage.
func inspect(errs chan error, in chan *request) {
	for {
		time.Sleep(time.Hour)
		sizes <- len(errs) + len(in)
	}
}

func channels() {
	for i := 0; i < 200; i++ {
		s := &stage{make(chan error, 1), make(chan *request, 60)}
		for j := 0; j < cap(s.in); j++ {
			s.in <- &request{}
		}
		stages = append(stages, s)
		go inspect(s.errs, s.in)
	}
	measure.Blocked("main.inspect", len(stages))
}

// ---- a map that was large once ----

type peer struct {
	name [80]byte
	port int
}

type directory struct {
	lock  sync.RWMutex
	peers map[uint32]peer
}

var peers directory

func shrunk() {
	peers.peers = map[uint32]peer{}
	for i := uint32(0); i < 60000; i++ {
		peers.peers[i] = peer{port: int(i)}
	}
	for i := uint32(0); i < 60000; i++ {
		if i%5000 != 0 {
			delete(peers.peers, i)
		}
	}
}

// ---- a cache behind a mutex and two interfaces ----

type store interface{ put(key string, value any) }

type layer interface{ under() store }

type cached struct {
	lock  sync.Mutex
	byKey map[string]any
}

type traced struct {
	next  store
	calls int
}

type price struct {
	cents int64
	note  [11]int64
}

func (c *cached) put(key string, value any) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.byKey[key] = value
}

func (t *traced) under() store { return t.next }

var prices layer = &traced{next: &cached{byKey: map[string]any{}}}

func cache() {
	for i := 0; i < 40000; i++ {
		prices.under().put(fmt.Sprint("price-", i), &price{cents: int64(i)})
	}
}

// ---- a slice of pointers in a variable ----

type row struct {
	cells [6]*int64
	id    int
}

var rows []*row

func table() {
	for i := 0; i < 90000; i++ {
		rows = append(rows, &row{id: i})
	}
}

// ---- a list of a million nodes ----

type node struct {
	next  *node
	value int64
}

type journal struct{ head *node }

var log journal

func linked() {
	for i := 0; i < 1000000; i++ {
		log.head = &node{log.head, int64(i)}
	}
}

// ---- a list that leads both ways, with an index ----

type lru struct {
	order *list.List
	index map[int]*list.Element
}

var recent *lru

type page struct{ text [256]byte }

func both() {
	recent = &lru{list.New(), map[int]*list.Element{}}
	for i := 0; i < 20000; i++ {
		recent.index[i] = recent.order.PushFront(&page{})
	}
}

// ---- what one goroutine keeps by one variable ----

type sample struct {
	at    int64
	trace []byte
}

var started = make(chan bool)

func collector(stop chan bool) {
	var samples []*sample
	for i := 0; i < 9000; i++ {
		samples = append(samples, &sample{int64(i), make([]byte, 900)})
	}
	started <- true
	<-stop
	runtime.KeepAlive(samples)
}

// ---- what it keeps by an array on its stack ----

func gatherer(stop chan bool) {
	samples := make([]*sample, 0, 900) // so few that they need not go to the heap
	for i := 0; i < cap(samples); i++ {
		samples = append(samples, &sample{int64(i), make([]byte, 5000)})
	}
	started <- true
	<-stop
	for _, s := range samples {
		s.at++
	}
}

// ---- a block that one goroutine keeps by one variable ----

func loader(stop chan bool) {
	image := make([]byte, 1<<30) // no page of it is touched
	started <- true
	<-stop
	runtime.KeepAlive(image)
}

// ---- a trie ----

type branch struct {
	below [10]*branch
	words []string
}

type dictionary struct {
	lock  sync.Mutex
	first *branch
}

var known *dictionary

func trie() {
	known = &dictionary{first: &branch{}}
	for i := 0; i < 60000; i++ {
		at := known.first
		for rest := i * 7919 % 100003; rest > 0; rest /= 10 {
			next := &at.below[rest%10]
			if *next == nil {
				*next = &branch{}
			}
			at = *next
		}
		at.words = append(at.words, "a word")
	}
}

// ---- objects that two variables lead to ----

type device struct{ state [40]int64 }

var (
	byName = map[string]*device{}
	byPort = map[int]*device{}
)

func shared() {
	for i := 0; i < 16000; i++ {
		d := &device{}
		byName[fmt.Sprint(i)] = d
		byPort[i] = d
	}
}

// ---- a queue that nobody reads ----

type event struct{ fields [30]int64 }

var events chan *event

func backlog() {
	events = make(chan *event, 50000)
	for i := 0; i < 30000; i++ {
		events <- &event{}
	}
}

// ---- subscribers that never leave ----

type subscriber struct {
	inbox chan *event
	topic string
}

type bus struct {
	subscribers sync.Map
	published   int
}

var broker *bus

func subscribe() {
	broker = &bus{}
	for i := 0; i < 4000; i++ {
		s := &subscriber{make(chan *event, 40), fmt.Sprint("topic-", i)}
		s.inbox <- &event{}
		broker.subscribers.Store(i, s)
	}
}

// ---- buffers in a pool: a collection makes them victims, the next one drops them ----

type encoder struct{ buffers *sync.Pool }

var encoding = &encoder{&sync.Pool{New: func() any { return new([64 << 10]byte) }}}

func pooled() {
	used := make([]any, 48)
	for i := range used {
		used[i] = encoding.buffers.Get()
	}
	measure.Collect()
	for _, buffer := range used {
		encoding.buffers.Put(buffer)
	}
	clear(used)
	runtime.GC()
	measure.Tell(nil)
}

var ways = map[string]func(){
	"subscribe": subscribe,
	"contexts":  contexts, "shrunk": shrunk, "cache": cache, "table": table, "linked": linked,
	"both": both, "shared": shared, "backlog": backlog, "trie": trie,
	"functions": functions,
	"channels":  channels,
}

// What goroutines keep.
var keepers = map[string]func(chan bool){"local": collector, "stack": gatherer, "block": loader}

func main() {
	stop := make(chan bool)
	if fill := ways[measure.Way()]; fill != nil {
		fill()
	} else if keep := keepers[measure.Way()]; keep != nil {
		go keep(stop)
		<-started
	}
	if measure.Way() == "pooled" {
		pooled()
		return
	}
	measure.Ready(nil)
	close(stop)
	runtime.KeepAlive(prices)
	println(len(rows), len(byName), len(byPort), recent != nil, log.head != nil, len(events), len(peers.peers), hub.ctx != nil, broker != nil, known != nil)
}
