// Embedded is Go inside of a C program: a library (c-shared) or an archive (c-archive) whose Start
// leaks, and a program's plugin whose Start does the same.
package main

import "C"

import (
	"runtime"
	"strings"
	"time"
)

const (
	blocks = 100
	hung   = 10
)

var kept []string

//go:noinline
func keep() {
	whole := strings.Repeat("x", 16<<10)
	kept = append(kept, whole[:16])
}

func wait(never chan int) { <-never }

//export Start
func Start() {
	for i := 0; i < blocks; i++ {
		keep()
	}
	for i := 0; i < hung; i++ {
		go wait(make(chan int))
	}
	for n := 0; n < hung; {
		time.Sleep(time.Millisecond)
		buf := make([]byte, 1<<16)
		n = strings.Count(string(buf[:runtime.Stack(buf, true)]), "[chan receive")
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
}

func main() {}
