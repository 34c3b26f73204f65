// Busy has a little of all that the runtime keeps, and then dies of a panic within panics: semaphores
// at many addresses, conditions, selects, timers, labels, maps of all sizes, finalizers that wait to
// be run, a sampled heap.
package main

import (
	"runtime"
	"strconv"
	"sync"
	"time"
)

var (
	smallMap  = map[string]int{"one": 1, "two": 2}
	largeMap  = map[int]*node{}
	holedMap  = map[string][]byte{}
	wholeMap  = map[[40]uint64]string{}
	firstCond = sync.Cond{L: new(sync.Mutex)}
	locks     [each]sync.RWMutex
	blockers  [each]chan int
	nodes     []*node
	kept      []any
)

type node struct {
	next *node
	name string
	rest []byte
}

func fill() {
	for i := 0; i < entries; i++ {
		n := &node{name: "node " + strconv.Itoa(i), rest: make([]byte, i%256)}
		largeMap[i] = n
		nodes = append(nodes, n)
		holedMap[n.name] = n.rest
		if i%3 > 0 {
			delete(holedMap, n.name)
		}
		if i%64 == 0 {
			wholeMap[[40]uint64{uint64(i)}] = n.name
		}
	}
	for i := range nodes {
		nodes[i].next = nodes[(i+1)%len(nodes)]
	}
}

func lock(i int) {
	locks[i].Lock()
	for n := 0; n < 1+i%3; n++ {
		go locks[i].Lock()
		go locks[i].RLock()
	}
}

func wait() {
	firstCond.L.Lock()
	firstCond.Wait()
}

func choose(i int) {
	select {
	case <-blockers[i]:
	case blockers[(i+1)%each] <- i:
	case <-time.After(time.Hour):
	}
}

func deferring(i int, f func()) {
	defer println(i)
	if i > 0 {
		deferring(i-1, f)
		return
	}
	for n := 0; n < 4; n++ {
		defer func() { kept = append(kept, n) }()
	}
	f()
}

// Finalizers wait behind one that does not end.
func finalize() {
	for i := 0; i < 8*each; i++ {
		n := &node{name: "final"}
		runtime.SetFinalizer(n, func(n *node) { select {} })
		specials(i)
	}
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	runtime.GC()
	for _, n := range nodes {
		runtime.SetFinalizer(n, func(n *node) { println(n.name) })
	}
}

// settle returns when each goroutine runs, or waits where it will wait.
func settle() {
	buf := make([]byte, 1<<20)
	for i := 0; i < 20; i++ {
		runtime.Gosched()
		runtime.Stack(buf, true)
		time.Sleep(time.Millisecond)
	}
}

func die(depth int) {
	defer func() {
		if depth > 0 {
			die(depth - 1)
		}
	}()
	panic("depth " + strconv.Itoa(depth))
}

func main() {
	runtime.MemProfileRate = 512 * sampled
	fill()
	for i := range blockers {
		blockers[i] = make(chan int)
		kept = append(kept, time.NewTicker(time.Duration(i+1)*time.Hour))
		time.AfterFunc(time.Duration(i+1)*time.Minute, func() {})
	}
	for i := range blockers {
		lock(i)
		go wait()
		go choose(i)
		go deferring(i, func() { select {} })
		go labelled(func() { <-blockers[0] })
	}
	go accept()
	pull()
	finalize()
	settle()
	die(5)
}
