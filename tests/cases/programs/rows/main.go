// Rows has many alike things in a row, none of them a leak: a pipeline of goroutines, each waiting
// for the one before it, and begun in no order, and slices that share an array of nil pointers among them.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	stages = 20_000
	parts  = 50_000
	each   = 20
)

var shares [][]*int

func stage(in <-chan int, out chan<- int) {
	for v := range in {
		out <- v
	}
}

//go:noinline
func pipeline() {
	between := make([]chan int, stages+1)
	for i := range between {
		between[i] = make(chan int)
	}
	for _, i := range rand.New(rand.NewSource(1)).Perm(stages) {
		go stage(between[i], between[i+1])
	}
	first := between[0]
	go func() {
		time.Sleep(time.Hour)
		close(first)
	}()
}

//go:noinline
func share() {
	array := make([]*int, parts*each)
	for i := range parts {
		shares = append(shares, array[i*each:(i+1)*each:(i+1)*each])
	}
}

// The goroutines wait since the one collection that saw them, however slow the machine is.
func main() {
	share()
	runtime.GC()
	debug.SetGCPercent(-1)
	pipeline()
	runtime.GC()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
