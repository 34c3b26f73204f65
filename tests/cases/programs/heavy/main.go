// Heavy holds, part by part, what readers of Go heaps are known to lose or to choke on. All of it
// is in use. What it prints of each part is counted by its own code, that of the heap by MemStats.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

const (
	listed   = 1_000_000
	mapped   = 2_000_000
	arrayed  = 100_000
	buffered = 100_000
	deep     = 20_000
)

type node struct {
	next  *node
	value int
}

// Of more than 512 bytes, so that an array of them begins with a type header, and with its only
// pointer at the end of each element.
type record struct {
	name [248]byte
	body *[64]byte
}

var (
	list    *node
	table   map[int]*node
	records []record
	queue   chan *node
	bottom  = make(chan *[1 << 20]byte)
	stats   runtime.MemStats
	line    [256]byte
	input   [1]byte
)

func build() {
	for i := 0; i < listed; i++ {
		list = &node{list, i}
	}
	table = make(map[int]*node)
	for i := 0; i < mapped; i++ {
		table[i] = &node{nil, i}
	}
	records = make([]record, arrayed)
	for i := range records {
		records[i].body = new([64]byte)
	}
	queue = make(chan *node, buffered)
	for i := 0; i < buffered; i++ {
		queue <- &node{nil, i}
	}
}

// descend waits at the bottom of a deep stack, whose last frame alone holds a large block.
//
//go:noinline
func descend(depth int, ready chan bool) int {
	if depth > 1 {
		return descend(depth-1, ready) + 1
	}
	kept := new([1 << 20]byte)
	ready <- true
	kept[0] = (<-bottom)[0]
	return int(kept[0])
}

func main() {
	build()
	ready := make(chan bool)
	go descend(deep, ready)
	<-ready
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	// Nothing is allocated from here on.
	out := append(line[:0], `{"bytes":`...)
	out = strconv.AppendUint(out, stats.HeapAlloc, 10)
	out = append(out, `,"objects":`...)
	out = strconv.AppendUint(out, stats.HeapObjects, 10)
	out = append(out, "}\nready\n"...)
	syscall.Write(1, out)
	for n := 1; n > 0; {
		n, _ = syscall.Read(0, input[:])
	}
	fmt.Fprintln(os.Stderr, list.value, len(table), len(records), len(queue))
}
