// Bench-shapes fills a heap with one kind of thing, named by its argument: a
// core to measure with that is all depth, all maps or all small strings.
// BENCH_SCALE multiplies its size: 0.01 for a quick look, 10 for a large one.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

type element struct {
	next  *element
	value [2]int
}

type node struct {
	left, right *node
	key         int
}

type item struct {
	name  string
	score [3]float64
}

// A wide record: a few pointers and strings among many numbers.
type record struct {
	id       int64
	name     string
	owner    *item
	counts   [24]int64
	tags     []string
	parent   *record
	matrix   [16]float32
	comment  string
	modified any
}

var (
	list    *element
	tree    *node
	records []*record
	items   = map[int]*item{}
	index   = map[string]int{}
	strings []string
	buffers [][]byte
)

// scaled returns n times BENCH_SCALE.
func scaled(n int) int {
	scale, err := strconv.ParseFloat(os.Getenv("BENCH_SCALE"), 64)
	if err != nil {
		return n
	}
	return int(float64(n) * scale)
}

// label returns a string of its own that is too long for the tiny allocator.
func label(kind string, i int) string { return kind + "/" + strconv.Itoa(100_000_000+i) }

// grow returns a balanced tree of n nodes, whose keys begin at first.
func grow(n, first int) *node {
	if n == 0 {
		return nil
	}
	left := n / 2
	top := &node{key: first + left}
	top.left, top.right = grow(left, first), grow(n-1-left, first+left+1)
	return top
}

// Each shape but the buffers has 2 to 4 million objects.
var shapes = map[string]func(){
	"empty": func() {}, // what a program has of itself
	"list": func() {
		for i := 0; i < scaled(4_000_000); i++ {
			list = &element{next: list}
		}
	},
	"tree": func() { tree = grow(scaled(4_000_000), 0) },
	"wide": func() {
		var parent *record
		records = make([]*record, scaled(500_000))
		for i := range records {
			r := &record{
				id: int64(i), name: label("records", i), owner: &item{name: label("owners", i)},
				tags: []string{"new", "wide"}, parent: parent,
			}
			records[i] = r
			if i%16 == 0 {
				parent = r
			}
		}
	},
	"maps": func() {
		for i := 0; i < scaled(700_000); i++ {
			items[i] = &item{name: label("items", i)}
			index[label("index/by/name", i)] = i
		}
	},
	"strings": func() {
		strings = make([]string, scaled(4_000_000))
		for i := range strings {
			strings[i] = label("strings", i)
		}
	},
	// Few objects, many bytes, which nobody has to scan: 512 MiB.
	"buffers": func() {
		buffers = make([][]byte, scaled(512))
		for i := range buffers {
			buffers[i] = make([]byte, 1<<20)
			for j := 0; j < len(buffers[i]); j += 4096 {
				buffers[i][j] = byte(i)
			}
		}
	},
}

func main() {
	var stats runtime.MemStats

	shapes[os.Args[1]]()
	for i := 0; i < 5; i++ {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	fmt.Printf(`{"memstats":{"HeapAlloc":%d,"HeapObjects":%d,"NumGoroutine":%d}}`+"\n",
		stats.HeapAlloc, stats.HeapObjects, runtime.NumGoroutine())
	syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
	syscall.Pause()
}
