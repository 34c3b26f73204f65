// Wide holds blocks whose types are so large that the compiler lays down no mask of their pointers
// but a program or a place for one, which the runtime fills when its collector first needs it. Half
// of them it has met; the others came after it ran for the last time. All of every block is in use.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
)

const (
	alone    = 20
	together = 10
)

type part struct {
	number uintptr
	name   string
	next   *part
	rest   [3]uintptr
	box    any
	bytes  []byte
}

// A struct with pointers in nested arrays, and one far behind them.
type wide struct {
	number uintptr
	parts  [30]part
	gap    [200]uintptr
	last   *[48]byte
}

// The same for those that the collector does not meet: each type has its mask.
type late struct {
	parts [2][20]part
	last  *[48]byte
}

// Of more than 32 KiB, which have spans of their own.
type (
	huge     [20]wide
	lateHuge [20]late
)

var (
	met      [alone]*wide
	metSlice []wide
	metHuge  *huge
	metMap   = map[int]wide{}
	queue    chan wide

	unmet      [alone]*late
	unmetSlice []late
	unmetHuge  *lateHuge

	resume = make(chan bool)
	stats  runtime.MemStats
	line   [256]byte
	input  [1]byte
)

func text() string { return string(make([]byte, 64)) }

func fill(p *part) {
	*p = part{name: text(), next: &part{name: text()}, box: new([40]byte), bytes: make([]byte, 80)}
}

//go:noinline
func fillWide(w *wide) {
	for i := range w.parts {
		fill(&w.parts[i])
	}
	w.last = new([48]byte)
}

//go:noinline
func fillLate(l *late) {
	for i := range l.parts {
		for j := range l.parts[i] {
			fill(&l.parts[i][j])
		}
	}
	l.last = new([48]byte)
}

// onStack waits with a block of each kind on its stack.
func onStack(ready chan bool) {
	var w wide
	var l late
	fillWide(&w)
	ready <- true
	<-resume
	fillLate(&l)
	ready <- true
	<-resume
	fmt.Fprintln(os.Stderr, w.last, l.last, w.parts[29].box, l.parts[1][19].box)
}

func build() {
	for i := range met {
		met[i] = new(wide)
		fillWide(met[i])
	}
	metSlice = make([]wide, together)
	for i := range metSlice {
		fillWide(&metSlice[i])
	}
	metHuge = new(huge)
	for i := range metHuge {
		fillWide(&metHuge[i])
	}
	queue = make(chan wide, together)
	for i := 0; i < together; i++ {
		var w wide
		fillWide(&w)
		metMap[i] = w
		fillWide(&w)
		queue <- w
	}
}

func buildMore() {
	for i := range unmet {
		unmet[i] = new(late)
		fillLate(unmet[i])
	}
	unmetSlice = make([]late, together)
	for i := range unmetSlice {
		fillLate(&unmetSlice[i])
	}
	unmetHuge = new(lateHuge)
	for i := range unmetHuge {
		fillLate(&unmetHuge[i])
	}
}

func main() {
	build()
	ready := make(chan bool)
	go onStack(ready)
	<-ready
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	debug.SetGCPercent(-1)
	resume <- true
	<-ready
	buildMore()
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
	resume <- true
	fmt.Fprintln(os.Stderr, met, metSlice, metHuge, metMap, queue, unmet, unmetSlice, unmetHuge)
}
