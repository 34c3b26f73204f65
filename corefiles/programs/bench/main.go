// Bench fills a heap of some 300 MB with 6 to 7 million objects of the kinds
// that services are made of, and starts 20,000 goroutines, of which a few
// hundred hang: a core to measure a mark with, against what Go's own collector
// needed for the same heap.
package main

import (
	"strconv"
	"sync"

	"gotopsy.programs/truth"
)

const (
	hung   = 300
	parked = 20_000 - hung
)

type element struct {
	next  *element
	value [2]int
}

type tree struct {
	left, right *tree
	key         uint64
}

type person struct {
	name, city string
	id         int
}

type item struct {
	name  string
	owner *person
	score [3]float64
}

type vertex struct {
	edges []*vertex
	id    int
}

type point struct{ x, y float64 }

var (
	list     *element
	root     *tree
	people   []person
	items    = map[int]*item{}
	index    = map[string]int{}
	vertices []*vertex
	points   []*point
	pages    [][]byte
	queue    = make(chan int)
	garbage  *element
)

// random is xorshift: the heap should have the same shape each time.
var state uint64 = 88172645463325252

func random(n int) int {
	state ^= state << 13
	state ^= state >> 7
	state ^= state << 17
	return int(state % uint64(n))
}

// label returns a string of its own that is too long for the tiny allocator.
func label(kind string, i int) string { return kind + "/" + strconv.Itoa(100_000_000+i) }

func (t *tree) insert(key uint64) *tree {
	slot := &t
	for *slot != nil {
		if key < (*slot).key {
			slot = &(*slot).left
		} else {
			slot = &(*slot).right
		}
	}
	*slot = &tree{key: key}
	return t
}

// fill lets all structures grow together, as they do in a service, so that
// neighbours in one are strangers in memory.
func fill(n int) {
	people = make([]person, n)
	for i := 0; i < n; i++ {
		for n := 0; n < 3; n++ {
			list = &element{next: list}
			key := uint64(random(1 << 40))
			root = root.insert(key)
			points = append(points, &point{float64(i), float64(key)})
			if random(8) == 0 {
				garbage = &element{}
			}
		}
		points = append(points, &point{float64(i), 0})
		people[i] = person{label("people", i), label("cities/of/the/world", i), i}
		items[i] = &item{name: label("items", i), owner: &people[random(n)]}
		index[label("index/by/name", i)] = i
		v := &vertex{id: i, edges: make([]*vertex, 0, 4)}
		vertices = append(vertices, v)
		for n := 0; n < cap(v.edges); n++ {
			v.edges = append(v.edges, vertices[random(len(vertices))])
		}
		if i%25 == 0 {
			pages = append(pages, truth.Bytes(4<<10))
		}
	}
}

func hang() {
	replies := make(chan []byte)
	reply := truth.Bytes(1 << 10)
	go func() {
		truth.Goroutine()
		replies <- reply
	}()
}

func park() {
	var started sync.WaitGroup
	started.Add(parked)
	for i := 0; i < parked; i++ {
		go func() {
			started.Done()
			<-queue
		}()
	}
	started.Wait()
}

func main() {
	truth.Start("bench")
	truth.Begin("hung-goroutine", "")
	if truth.Leaking {
		for i := 0; i < hung; i++ {
			hang()
		}
		truth.Hung(hung, "chan send")
	}
	park()
	fill(400_000)
	truth.Done()
}
