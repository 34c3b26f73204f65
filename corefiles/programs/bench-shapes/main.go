// Bench-shapes fills a heap with one kind of thing, named by its argument: a
// core to measure with that is all depth, all maps or all small strings.
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

type item struct {
	name  string
	score [3]float64
}

var (
	list    *element
	items   = map[int]*item{}
	index   = map[string]int{}
	strings []string
)

// label returns a string of its own that is too long for the tiny allocator.
func label(kind string, i int) string { return kind + "/" + strconv.Itoa(100_000_000+i) }

// Each shape has 2 to 4 million objects.
var shapes = map[string]func(){
	"list": func() {
		for i := 0; i < 4_000_000; i++ {
			list = &element{next: list}
		}
	},
	"maps": func() {
		for i := 0; i < 700_000; i++ {
			items[i] = &item{name: label("items", i)}
			index[label("index/by/name", i)] = i
		}
	},
	"strings": func() {
		strings = make([]string, 4_000_000)
		for i := range strings {
			strings[i] = label("strings", i)
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
