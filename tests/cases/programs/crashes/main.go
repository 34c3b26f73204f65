// Crashes dies in the way that its argument names, while it holds a list and two goroutines wait.
package main

import (
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const length = 10_000

type node struct {
	next *node
	body [64]byte
}

var (
	list    *node
	table   = map[int]int{}
	garbage [8]*node
	never   = make(chan int)
	nothing *node
	wild    uintptr = 0xdead0000
)

//go:noinline
func keeper(ready *sync.WaitGroup) {
	ready.Done()
	<-never
}

// stranded can never run again, and is the only one of which that can be proven: the others wait
// for what a variable of the package has, and main in "select {}" for whatever they do.
//
//go:noinline
func stranded(ready *sync.WaitGroup) {
	mine := make(chan int)
	ready.Done()
	<-mine
}

// isStranded does not ask runtime.Stack, which leaves its text where that of fatal errors goes.
func isStranded() bool {
	var all [16]runtime.StackRecord
	n, _ := runtime.GoroutineProfile(all[:])
	for i := 0; i < n; i++ {
		if isParked(all[i].Stack()) {
			return true
		}
	}
	return false
}

func isParked(stack []uintptr) bool {
	in := map[string]bool{}
	for _, pc := range stack {
		in[runtime.FuncForPC(pc-1).Name()] = true
	}
	return in["runtime.gopark"] && in["main.stranded"]
}

//go:noinline
func overflow(depth int) int {
	var room [128]int
	room[depth%128] = depth
	return overflow(depth+1) + room[(depth+1)%128]
}

//go:noinline
func grow(depth int) int {
	var room [64]int
	room[depth%64] = depth
	if depth == 0 {
		return 0
	}
	return grow(depth-1) + room[depth%64]
}

// busy dies at an odd moment, whatever the others are doing.
func busy(work func(i int)) {
	for i := range garbage {
		go func(i int) {
			for {
				work(i)
			}
		}(i)
	}
	time.Sleep(200 * time.Millisecond)
	syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
	select {}
}

var ways = map[string]func(){
	"deadlock": func() { <-never },
	"nil":      func() { nothing.body[0]++ },
	"panic":    func() { panic("crash") },
	"error":    func() { panic(errors.New("a secret")) },
	"number":   func() { panic(int16(-42)) },
	"index":    func() { garbage[len(os.Args)+6].next = nil },
	"fault":    func() { *(*int)(unsafe.Pointer(&wild)) = **(**int)(unsafe.Pointer(&wild)) },
	"closed":   func() { close(never); close(never) },
	"convert":  func() { println(interface{}(list).(error)) },
	"chain": func() {
		defer func() { nothing = &node{body: [64]byte{list.body[len(os.Args)+62]}} }()
		defer func() {
			defer func() { recover() }()
			panic("forgotten")
		}()
		panic("first")
	},
	"overflow": func() {
		debug.SetMaxStack(1 << 20)
		overflow(0)
	},
	"memory": func() {
		var now syscall.Rlimit
		syscall.Getrlimit(syscall.RLIMIT_AS, &now)
		syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: 2 << 30, Max: now.Max})
		var all [][]byte
		for {
			all = append(all, make([]byte, 64<<20))
		}
	},
	"map": func() {
		busy(func(i int) {
			table[i]++
			delete(table, i)
		})
	},
	"collecting": func() {
		debug.SetGCPercent(5)
		busy(func(i int) {
			for n := 0; n < 1000; n++ {
				garbage[i] = &node{next: garbage[i]}
			}
			garbage[i] = nil
		})
	},
	"growing": func() { busy(func(i int) { done := make(chan int); go func() { done <- grow(2000) }(); <-done }) },
}

func main() {
	for i := 0; i < length; i++ {
		list = &node{next: list}
	}
	var ready sync.WaitGroup
	ready.Add(2)
	go keeper(&ready)
	go stranded(&ready)
	ready.Wait()
	for !isStranded() {
		runtime.Gosched()
	}
	ways[os.Args[1]]()
}
