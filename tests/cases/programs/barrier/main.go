// Barrier has pointers written while the collector marks, when its stdin is closed. Only a variable
// of the function that writes holds a block, and no call between its making and its use saves it: a
// register has it, which the write barrier saves. Another goroutine can never run again.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
)

type block [1 << 20]byte

var (
	slots       [64]*int
	fresh       = new(int)
	begun, stop atomic.Bool
	result      = make(chan byte)
)

//go:noinline
func write() byte {
	held := new(block)
	begun.Store(true)
	for !stop.Load() {
		for i := range slots {
			slots[i] = fresh
		}
	}
	return held[len(slots)]
}

//go:noinline
func stranded(ready chan bool) {
	mine := make(chan int)
	ready <- true
	<-mine
}

func main() {
	ready := make(chan bool)
	go stranded(ready)
	<-ready
	json.NewEncoder(os.Stdout).Encode(map[string]int{"bytes": len(block{})})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	go func() { result <- write() }()
	for !begun.Load() {
		runtime.Gosched()
	}
	for {
		runtime.GC()
	}
}
