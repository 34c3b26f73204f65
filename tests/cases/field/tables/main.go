// A heap of which the program counts every object itself: by type, by the variable that holds it, by
// the container that it is in, and by where it was allocated. "fixed" lets go of the orders.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"

	"gotopsy/field/measure"
	depot "gotopsy/field/tables/go-depot"
	"gotopsy/field/tables/stock"
)

const (
	orderCount   = 30000
	pointCount   = 3000
	boxedInts    = 700
	boxedStrings = 300
	readingCount = 11
	itemCount    = 400
	priceCount   = 900
	waiting      = 60
	numbers      = 25
	children     = 1000
	buried       = 4000
	left         = 10
	copies       = 500
	deleted      = 300
	later        = 50
	pooled       = 20
	victims      = 12
	pooledBytes  = 1024
	pooledLines  = 40
	shelfCount   = 30
	crateCount   = 40
	partCount    = 50
)

// ---- objects of one variable, with and without pointers ----

type order struct {
	id    int
	lines [6]int
	note  *string
}

var orders []*order

func fillOrders() {
	orders = make([]*order, 0, orderCount+1000)
	for i := 0; i < orderCount; i++ {
		orders = append(orders, &order{id: i})
	}
}

type point struct{ x, y, z float64 }

var points = map[string]*point{}

func fillPoints() {
	for i := 0; i < pointCount; i++ {
		points[fmt.Sprintf("point of number %06d", i)] = &point{x: float64(i)}
	}
}

// ---- instances of a generic type ----

type box[T any] struct {
	value, last T
	next        *box[T]
}

var (
	ints  *box[int]
	texts *box[string]
)

func fillBoxes() {
	for i := 0; i < boxedInts; i++ {
		ints = &box[int]{next: ints}
	}
	for i := 0; i < boxedStrings; i++ {
		texts = &box[string]{next: texts}
	}
}

// A function that is inlined allocates by the shape of its type arguments.

type shelf[T any] struct {
	items [90]T
	last  int
}

func newShelf[T any](first T) *shelf[T] { return &shelf[T]{items: [90]T{first}} }

type library struct{ shelves []*shelf[*point] }

var (
	books library
	jars  []*shelf[*reading]
)

func fillShelves() {
	for i := 0; i < shelfCount; i++ {
		books.shelves = append(books.shelves, newShelf(&point{}))
	}
	jars = append(jars, newShelf(&reading{}))
}

// ---- arrays ----

type reading struct{ at, value int64 }

type series struct{ readings []reading }

var all []*series

func fillSeries() {
	for i := 0; i < readingCount; i++ {
		all = append(all, &series{make([]reading, 64)})
	}
}

// ---- of another package ----

var (
	items  *stock.Item
	prices = map[int]*stock.Price{}
	unused = map[int]*stock.Price{}
)

func fillStock() {
	for i := 0; i < itemCount; i++ {
		items = &stock.Item{Next: items}
	}
	for i := 0; i < priceCount; i++ {
		prices[i] = &stock.Price{Cents: int64(i)}
	}
}

// ---- of a package whose name is not the end of its path ----

var crates = map[depot.Key]*depot.Crate{}

type cart struct{ load map[depot.Key]*depot.Crate }

//go:noinline
func newCart() *cart { return &cart{load: crates} }

func fillDepot() {
	for i := 0; i < crateCount; i++ {
		crates[depot.Key{Row: i}] = &depot.Crate{Name: fmt.Sprint("crate ", i)}
	}
}

// ---- held by elements of slices of an interface ----

type part interface{ weight() int }

type wheel struct {
	spokes [7]int
	tyre   *string
}

func (w *wheel) weight() int { return w.spokes[0] }

type machine struct{ parts []part }

var machines []*machine

func fillMachines() {
	for i := 0; i < partCount; i++ {
		machines = append(machines, &machine{[]part{&wheel{}}})
	}
}

// ---- containers ----

type event struct {
	payload [40]byte
	from    *event
}

var (
	events  = make(chan *event, 100)
	ticks   = make(chan int64, 40)
	shrunk  = map[int64][64]byte{}
	root, _ = context.WithCancel(context.Background())
	shared  sync.Map
	quiet   *hub
	names   []string
)

type hub struct{ topics sync.Map }

var (
	buffers sync.Pool
	gone    sync.Pool
	lines   sync.Pool
)

type buffer struct{ data []byte }

// ranged is what Range counts.
func ranged(all *sync.Map) (count int) {
	all.Range(func(any, any) bool {
		count++
		return true
	})
	return count
}

// fillSyncMaps leaves one with entries that were deleted and added since Range went over it, and one
// that nobody wrote to since.
func fillSyncMaps() (counts map[string][2]int) {
	quiet = &hub{}
	for i := 0; i < children; i++ {
		shared.Store(i, i)
		quiet.topics.Store(fmt.Sprint(i), &event{})
	}
	ranged(&shared)
	for i := 0; i < deleted; i++ {
		shared.Delete(i)
	}
	kept := ranged(&shared)
	for i := 0; i < later; i++ {
		shared.Store(-1-i, i)
	}
	shared.Delete(-1)
	ranged(&quiet.topics)
	for i := 0; i < deleted; i++ {
		quiet.topics.Delete(fmt.Sprint(i))
	}
	return map[string][2]int{
		"sync.Map main.shared":     {1, kept + later - 1},
		"sync.Map main.hub.topics": {1, ranged(&quiet.topics)},
	}
}

// fillPools comes after the last collection, which would empty them.
func fillPools() {
	for i := 0; i < victims; i++ {
		gone.Put(&buffer{make([]byte, pooledBytes)})
	}
	runtime.GC()
	for i := 0; i < pooled; i++ {
		buffers.Put(&buffer{make([]byte, pooledBytes)})
	}
	some := make([]string, pooledLines)
	lines.Put(&some)
}

func fillContainers() {
	for i := 0; i < waiting; i++ {
		events <- &event{}
	}
	for i := 0; i < numbers; i++ {
		ticks <- int64(i)
	}
	for i := int64(0); i < buried; i++ {
		shrunk[i] = [64]byte{}
	}
	for i := int64(left); i < buried; i++ {
		delete(shrunk, i)
	}
	for i := 0; i < children; i++ {
		ctx, cancel := context.WithCancel(root)
		_, _ = ctx, cancel
	}
	for i := 0; i < copies; i++ {
		names = append(names, fmt.Sprint("the same words, again and again, ", i%2))
	}
}

// written is the heap profile of the moment when it is written, after the last collection: a file
// beside the core.
type written struct{}

func (written) MarshalJSON() ([]byte, error) {
	file, err := os.Create("heap.pb.gz")
	if err == nil {
		err = pprof.Lookup("heap").WriteTo(file, 0)
		file.Close()
	}
	return []byte("true"), err
}

func main() {
	runtime.MemProfileRate = 4096
	if !measure.Fixed() {
		fillOrders()
	}
	fillPoints()
	fillBoxes()
	fillSeries()
	fillStock()
	fillShelves()
	fillDepot()
	fillMachines()
	fillContainers()
	syncMaps := fillSyncMaps()
	measure.Collect()
	fillPools()
	spare := newCart()
	measure.Tell(map[string]any{
		"profile":   written{},
		"sync maps": syncMaps,
		"pools":     map[string]int{"main.buffers": pooled, "main.gone": victims},
		"containers": map[string][2]int{
			"map main.points":                {1, len(points)},
			"map main.prices":                {1, len(prices)},
			"map main.shrunk":                {1, len(shrunk)},
			"map main.unused":                {1, len(unused)},
			"map context.cancelCtx.children": {1, children},
			"channel main.events":            {1, len(events)},
			"channel main.ticks":             {1, len(ticks)},
			"slice main.orders":              {1, len(orders)},
			"slice main.series.readings":     {readingCount, 64 * readingCount},
		},
		"types": map[string]int{
			"main.order":                          len(orders),
			"main.point":                          pointCount + shelfCount,
			"main.shelf[*main.point]":             shelfCount,
			"main.shelf[*main.reading]":           1,
			"main.wheel":                          partCount,
			"gotopsy/field/tables/go-depot.Crate": crateCount,
			"main.box[int]":                       boxedInts,
			"main.box[string]":                    boxedStrings,
			"main.series":                         readingCount,
			"[]main.reading":                      readingCount,
			"main.event":                          waiting + syncMaps["sync.Map main.hub.topics"][1],
			"chan *main.event":                    1,
			"chan int64":                          1,
			"gotopsy/field/tables/stock.Item":     itemCount,
			"gotopsy/field/tables/stock.Price":    priceCount,
		},
	})
	runtime.KeepAlive(spare)
	_ = []any{books, jars, crates, machines, orders, points, ints, texts, all, items, prices, events, ticks, shrunk, root, names, quiet, unused}
}
