// What fills a heap through the containers that programs make for themselves: each way to run piles up
// a few MiB in one place, and "fixed" piles up nothing.
package main

import (
	"container/heap"
	"container/list"
	"container/ring"
	"context"
	"fmt"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"gotopsy/field/keepers/store"
	"gotopsy/field/measure"
)

type blob struct{ words [24]int64 }

// ---- a cache in another package, behind two interfaces and a mutex ----

type site struct {
	lock  sync.Mutex
	cache store.Store
}

var pages site

func facade() {
	pages.cache = store.New()
	for i := 0; i < 20000; i++ {
		pages.cache.Put(fmt.Sprint("page-", i), make([]byte, 200))
	}
}

// ---- a generic LRU ----

type entry[K comparable, V any] struct {
	key   K
	value V
}

type lru[K comparable, V any] struct {
	lock  sync.Mutex
	max   int
	items map[K]*list.Element
	order *list.List
}

func (l *lru[K, V]) put(key K, value V) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.items[key] = l.order.PushFront(&entry[K, V]{key, value})
	for len(l.items) > l.max {
		last := l.order.Back()
		delete(l.items, last.Value.(*entry[K, V]).key)
		l.order.Remove(last)
	}
}

var thumbs *lru[uint64, *blob]

func recent() {
	thumbs = &lru[uint64, *blob]{max: 20000, items: map[uint64]*list.Element{}, order: list.New()}
	for i := 0; i < 26000; i++ {
		thumbs.put(uint64(i), &blob{})
	}
}

// ---- shards that are allocated one by one ----

type part struct {
	lock sync.Mutex
	rows map[uint64]*blob
}

type table struct{ parts []*part }

var ledger = &table{}

func sharded() {
	for i := 0; i < 32; i++ {
		ledger.parts = append(ledger.parts, &part{rows: map[uint64]*blob{}})
	}
	for i := uint64(0); i < 25000; i++ {
		ledger.parts[i%32].rows[i] = &blob{}
	}
}

// ---- subscribers whose channels back up ----

type message struct{ body [20]int64 }

type subscriber struct {
	id    int
	inbox chan *message
}

type hub struct {
	lock   sync.Mutex
	topics map[string]map[int]*subscriber
}

var news = &hub{topics: map[string]map[int]*subscriber{}}

func fanout() {
	for i := 0; i < 400; i++ {
		topic := fmt.Sprint("topic-", i%20)
		if news.topics[topic] == nil {
			news.topics[topic] = map[int]*subscriber{}
		}
		one := &subscriber{i, make(chan *message, 64)}
		for j := 0; j < 64; j++ {
			one.inbox <- &message{}
		}
		news.topics[topic][i] = one
	}
}

// ---- radix trees ----

type byMap struct {
	prefix   string
	children map[byte]*byMap
	value    *blob
}

type byArray struct {
	children [16]*byArray
	value    [8]int64
}

type bySlice struct {
	label    byte
	children []*bySlice
	value    *blob
}

var (
	routesByMap   = &byMap{}
	routesByArray byArray
	routesBySlice bySlice
)

func radixMap() {
	var grow func(node *byMap, depth int)
	grow = func(node *byMap, depth int) {
		node.value = &blob{}
		if depth == 0 {
			return
		}
		node.children = map[byte]*byMap{}
		for i := byte(0); i < 12; i++ {
			node.children[i] = &byMap{prefix: "x"}
			grow(node.children[i], depth-1)
		}
	}
	grow(routesByMap, 4)
}

func radixArray() {
	var grow func(node *byArray, depth int)
	grow = func(node *byArray, depth int) {
		for i := range node.children {
			if depth > 0 {
				node.children[i] = &byArray{}
				grow(node.children[i], depth-1)
			}
		}
	}
	grow(&routesByArray, 4)
}

func radixSlice() {
	var grow func(node *bySlice, depth int)
	grow = func(node *bySlice, depth int) {
		node.value = &blob{}
		for i := byte(0); i < 10 && depth > 0; i++ {
			child := &bySlice{label: i}
			grow(child, depth-1)
			node.children = append(node.children, child)
		}
	}
	grow(&routesBySlice, 4)
}

// ---- a ring buffer of each connection ----

type loop struct {
	data        []byte
	read, write int
}

type connection struct {
	id  int
	out loop
}

type server struct {
	lock  sync.Mutex
	conns map[int]*connection
}

var front = server{conns: map[int]*connection{}}

func connections() {
	for i := 0; i < 300; i++ {
		front.conns[i] = &connection{i, loop{data: make([]byte, 16<<10)}}
	}
}

// ---- a list of its own, through a sentinel ----

type link struct {
	next, prev *link
	payload    [10]int64
}

type queue struct {
	sentinel link
	length   int
}

var waiting queue

func sentinel() {
	end := &waiting.sentinel
	end.next, end.prev = end, end
	for i := 0; i < 50000; i++ {
		one := &link{next: end, prev: end.prev}
		end.prev.next, end.prev = one, one
	}
}

var waitingMade *queue

func sentinelMade() {
	waitingMade = &queue{}
	end := &waitingMade.sentinel
	end.next, end.prev = end, end
	for i := 0; i < 50000; i++ {
		one := &link{next: end, prev: end.prev}
		end.prev.next, end.prev = one, one
	}
}

// ---- a queue by priority ----

type task struct {
	at   int
	data [12]int64
}

type byTime []*task

func (t byTime) Len() int           { return len(t) }
func (t byTime) Less(i, j int) bool { return t[i].at < t[j].at }
func (t byTime) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *byTime) Push(x any)        { *t = append(*t, x.(*task)) }
func (t *byTime) Pop() any {
	old := *t
	last := old[len(old)-1]
	*t = old[:len(old)-1]
	return last
}

type scheduler struct {
	lock sync.Mutex
	due  byTime
}

var planner = &scheduler{}

func priority() {
	for i := 0; i < 40000; i++ {
		heap.Push(&planner.due, &task{at: i * 7919 % 40000})
	}
}

var interfaceQueue heap.Interface

func priorityBoxed() {
	interfaceQueue = &byTime{}
	for i := 0; i < 40000; i++ {
		heap.Push(interfaceQueue, &task{at: i * 7919 % 40000})
	}
}

// ---- an arena of blocks ----

type arena struct {
	blocks [][]byte
	used   int
}

type document struct {
	memory *arena
	names  [][]byte
}

var parsed = &document{memory: &arena{}}

func blocks() {
	for i := 0; i < 80; i++ {
		parsed.memory.blocks = append(parsed.memory.blocks, make([]byte, 64<<10))
		parsed.names = append(parsed.names, parsed.memory.blocks[i][:32<<10], parsed.memory.blocks[i][32<<10:])
	}
}

// ---- callbacks ----

type registry struct{ hooks []func() }

var hooks registry

func callbacks() {
	for i := 0; i < 20000; i++ {
		kept := &blob{}
		hooks.hooks = append(hooks.hooks, func() { kept.words[0]++ })
	}
}

// ---- a chain of closures, each around the one before ----

type chain struct{ handle func(int) int }

var middleware = &chain{func(i int) int { return i }}

func wrapped() {
	for i := 0; i < 30000; i++ {
		next, kept := middleware.handle, &blob{}
		middleware.handle = func(i int) int { return next(i) + int(kept.words[0]) }
	}
}

// ---- metrics of all combinations of labels ----

type counter struct {
	value  atomic.Int64
	labels []string
}

type vector struct {
	lock     sync.RWMutex
	children map[string]*counter
}

type metrics struct {
	lock    sync.Mutex
	vectors map[string]*vector
}

var exported = metrics{vectors: map[string]*vector{}}

func labelled() {
	requests := &vector{children: map[string]*counter{}}
	exported.vectors["requests"] = requests
	for i := 0; i < 20000; i++ {
		labels := []string{fmt.Sprint("path=/user/", i), "code=200", "method=GET"}
		requests.children[fmt.Sprint(labels)] = &counter{labels: labels}
	}
}

// ---- a tree of contexts ----

type daemon struct{ base context.Context }

var service daemon

func contexts() {
	base, cancel := context.WithCancel(context.Background())
	service.base = base
	_ = cancel
	for i := 0; i < 40; i++ {
		middle, _ := context.WithCancel(base)
		for j := 0; j < 400; j++ {
			context.WithCancel(context.WithValue(middle, service, &blob{}))
		}
	}
}

// ---- a goroutine with a large map of its own ----

func local() {
	started := make(chan bool)
	go aggregate(started)
	<-started
}

var more = make(chan int)

//go:noinline
func aggregate(started chan bool) {
	sums := map[int]*blob{}
	for i := 0; i < 20000; i++ {
		sums[i] = &blob{}
	}
	close(started)
	for i := range more {
		sums[i] = &blob{}
	}
	println(len(sums))
}

// ---- labels of goroutines ----

func profiled() {
	started := make(chan bool)
	for i := 0; i < 3; i++ {
		big := string(make([]byte, 2<<20))
		go pprof.Do(context.Background(), pprof.Labels("query", big), func(context.Context) {
			started <- true
			<-more
		})
		<-started
	}
}

func labels() {
	started := make(chan bool)
	for i := 0; i < 300; i++ {
		text := string(make([]byte, 12<<10))
		go pprof.Do(context.Background(), pprof.Labels("query", text), func(context.Context) {
			started <- true
			<-more
		})
		<-started
	}
}

// ---- goroutines with buffers of their own ----

//go:noinline
func work(size int, started chan bool) {
	buffer := make([]byte, size)
	table := map[int]*blob{}
	for i := 0; i < size>>13; i++ {
		table[i] = &blob{}
	}
	started <- true
	for i := range more {
		buffer[i%size]++
		table[i] = nil
	}
	println(len(buffer), len(table))
}

func workers() {
	started := make(chan bool)
	for i := 0; i < 300; i++ {
		go work(16<<10, started)
		<-started
	}
}

// ---- strings that are interned ----

type names struct {
	lock sync.Mutex
	seen map[string]string
}

var interned = &names{seen: map[string]string{}}

func intern() {
	for i := 0; i < 30000; i++ {
		text := fmt.Sprint("a name that came by the network, number ", i)
		interned.seen[text] = text
	}
}

// ---- a map of maps ----

var matrix = map[string]map[string]*blob{}

func nested() {
	for i := 0; i < 200; i++ {
		row := map[string]*blob{}
		for j := 0; j < 100; j++ {
			row[fmt.Sprint(j)] = &blob{}
		}
		matrix[fmt.Sprint(i)] = row
	}
}

// ---- a skip list ----

type tower struct {
	key  int
	next []*tower
	data [8]int64
}

type skips struct {
	head  *tower
	count int
}

var sorted = &skips{head: &tower{next: make([]*tower, 8)}}

func skipping() {
	last := make([]*tower, 8)
	for i := range last {
		last[i] = sorted.head
	}
	for i := 1; i < 30000; i++ {
		height := 1
		for n := i; n%2 == 0 && height < 8; n /= 2 {
			height++
		}
		one := &tower{key: i, next: make([]*tower, height)}
		for j := 0; j < height; j++ {
			last[j].next[j] = one
			last[j] = one
		}
	}
}

// ---- a graph whose nodes know each other ----

type vertex struct {
	id    int
	edges []*vertex
	data  [10]int64
}

type graph struct{ byID map[int]*vertex }

var mesh = graph{byID: map[int]*vertex{}}

func meshed() {
	for i := 0; i < 20000; i++ {
		mesh.byID[i] = &vertex{id: i}
	}
	for i, one := range mesh.byID {
		for j := 1; j < 6; j++ {
			one.edges = append(one.edges, mesh.byID[(i*j+j)%20000])
		}
	}
}

// ---- a slice in an interface in an atomic.Value ----

type snapshot struct{ rows []*blob }

var current atomic.Value

func published() {
	made := &snapshot{}
	for i := 0; i < 25000; i++ {
		made.rows = append(made.rows, &blob{})
	}
	current.Store(made)
}

// ---- errors, each around the one before ----

type job struct{ failed error }

type failure struct {
	message [8]int64
	cause   error
}

func (f *failure) Error() string { return "failed" }
func (f *failure) Unwrap() error { return f.cause }

var retried = &job{}

func errorsWrapped() {
	for i := 0; i < 60000; i++ {
		retried.failed = &failure{cause: retried.failed}
	}
}

// ---- a B-tree ----

type item interface{ less(item) bool }

type key struct {
	at   int
	data [10]int64
}

func (k *key) less(other item) bool { return k.at < other.(*key).at }

type branch struct {
	items    []item
	children []*branch
	owner    *btree
}

type btree struct {
	degree int
	root   *branch
}

var index = &btree{degree: 16}

func balanced() {
	var grow func(depth int) *branch
	grow = func(depth int) *branch {
		one := &branch{owner: index}
		for i := 0; i < 16; i++ {
			one.items = append(one.items, &key{})
			if depth > 0 {
				one.children = append(one.children, grow(depth-1))
			}
		}
		return one
	}
	index.root = grow(3)
}

// ---- a ring of the standard library ----

type sampler struct{ last *ring.Ring }

var samples = &sampler{}

func rounds() {
	samples.last = ring.New(30000)
	for i := 0; i < 30000; i++ {
		samples.last.Value = &blob{}
		samples.last = samples.last.Next()
	}
}

var ways = map[string]func(){
	"facade": facade, "recent": recent, "sharded": sharded, "fanout": fanout,
	"radixMap": radixMap, "radixArray": radixArray, "radixSlice": radixSlice, "connections": connections,
	"sentinel": sentinel, "sentinelMade": sentinelMade, "priority": priority, "priorityBoxed": priorityBoxed,
	"blocks": blocks, "callbacks": callbacks, "wrapped": wrapped, "labelled": labelled, "contexts": contexts,
	"local": local, "profiled": profiled, "labels": labels, "workers": workers, "intern": intern, "nested": nested,
	"skipping": skipping, "meshed": meshed, "published": published, "errors": errorsWrapped,
	"balanced": balanced, "rounds": rounds,
}

func main() {
	if fill := ways[measure.Way()]; fill != nil {
		fill()
	}
	measure.Ready(nil)
	println(&pages, thumbs, ledger, news, routesByMap, &routesByArray, &routesBySlice, &front)
	println(&waiting, waitingMade, planner, interfaceQueue, parsed, &hooks, middleware, &exported, &service)
	println(interned, matrix, sorted, &mesh, current.Load(), retried, index, samples)
}
