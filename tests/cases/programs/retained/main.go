// Retained has groups of goroutines, each of which keeps some megabytes by one variable of its own,
// and states what each group's are: it was measured how much the same goroutines free when they are
// released, before it made them anew. What the workers wait for nobody can give.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync/atomic"
)

const (
	workers = 2000
	others  = 500
)

type request struct {
	id   int
	body []byte
}

type circle struct {
	next *circle
	area [1000]byte
}

var (
	running int64 // goroutines that are where they are going to wait
	gate    = make(chan int)
	mine    []chan int    // the workers' channels, while they are to be released
	sink    []interface{} // so that what is used is not on a stack
	states  = make([]byte, 8<<20)
)

func ready() { atomic.AddInt64(&running, 1) }

//go:noinline
func use(n int, values ...interface{}) {
	if n < 0 {
		sink = values
	}
}

// ---- the groups: each function's variable of the name that is stated -----------------------------

// label keeps something by nothing else than the labels of its goroutine.
//
//go:noinline
func label() {
	labels := pprof.Labels("job", strings.Repeat("x", 8<<10))
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), labels))
}

//go:noinline
func work(results chan int) {
	reply := make([]byte, 16<<10)
	label()
	ready()
	results <- len(reply)
	use(len(reply), reply)
}

//go:noinline
func handle(job *request) {
	ready()
	<-gate
	use(job.id, job.body)
}

//go:noinline
func index() {
	rows := map[int]*request{}
	for i := 0; i < 16; i++ {
		rows[i] = &request{i, make([]byte, 1<<10)}
	}
	ready()
	<-gate
	use(len(rows), rows)
}

//go:noinline
func draw() {
	var shape interface{} = newCircles()
	ready()
	<-gate
	use(1, shape)
}

func newCircles() *circle {
	var first *circle
	for i := 0; i < 16; i++ {
		first = &circle{next: first}
	}
	return first
}

//go:noinline
func capture() {
	data := make([]int64, 2<<10)
	go func() {
		ready()
		<-gate
		use(len(data), data)
	}()
}

type group struct {
	Function, Variable string
	Count              int
	start, release     func()
	Bytes, Objects     int64
	Stacks             int64
}

func open() { close(gate) }

func receive() {
	for _, results := range mine {
		<-results
	}
	mine = nil
}

var groups = []*group{
	{Function: "main.work", Variable: "reply", Count: workers, release: receive, start: func() {
		results := make(chan int)
		mine = append(mine, results)
		go work(results)
	}},
	{Function: "main.handle", Variable: "job", Count: others, release: open, start: func() {
		go handle(&request{1, make([]byte, 16<<10)})
	}},
	{Function: "main.index", Variable: "rows", Count: others, release: open, start: func() {
		go index()
	}},
	{Function: "main.draw", Variable: "shape", Count: others, release: open, start: func() {
		go draw()
	}},
	{Function: "main.capture.func1", Variable: "data", Count: others, release: open, start: capture},
}

// ---- measuring -----------------------------------------------------------------------------------

func wait(what func() bool) {
	for !what() {
		runtime.Gosched()
	}
}

// allWait says whether no other goroutine is about to run. One that has said that it is ready may be:
// then its stack cannot shrink yet.
func allWait() bool {
	said := states[:runtime.Stack(states, true)]
	return !bytes.Contains(said, []byte("[runnable")) && !bytes.Contains(said, []byte("[preempted"))
}

// startAll returns when all of the group's goroutines wait where they are going to.
func (g *group) startAll() {
	atomic.StoreInt64(&running, 0)
	for i := 0; i < g.Count; i++ {
		g.start()
	}
	wait(func() bool { return atomic.LoadInt64(&running) == int64(g.Count) })
	wait(allWait)
}

// measure collects until no stack shrinks any more: a collection halves those that are mostly unused.
func measure() (stats runtime.MemStats) {
	for same := 0; same < 3; same++ {
		before := stats.StackInuse
		runtime.GC()
		runtime.ReadMemStats(&stats)
		if stats.StackInuse != before {
			same = 0
		}
	}
	return
}

func (g *group) measure() {
	gate = make(chan int)
	before := runtime.NumGoroutine()
	g.startAll()
	with := measure()
	g.release()
	wait(func() bool { return runtime.NumGoroutine() == before })
	without := measure()
	g.Bytes = int64(with.HeapAlloc) - int64(without.HeapAlloc)
	g.Objects = int64(with.HeapObjects) - int64(without.HeapObjects)
}

func main() {
	for _, g := range groups {
		g.measure()
	}
	gate = make(chan int)
	for _, g := range groups {
		without := measure() // Go lets stacks begin as large as they were on average
		g.startAll()
		g.Stacks = int64(measure().StackInuse) - int64(without.StackInuse)
	}
	mine = nil
	measure()
	said, _ := json.Marshal(groups)
	fmt.Printf("%s\nready\n", said)
	io.Copy(io.Discard, os.Stdin)
}
