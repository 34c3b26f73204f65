// Rows has many alike things in a row, none of them a leak: a pipeline of goroutines, each waiting
// for the one before it, and slices that share an array of nil pointers among them.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
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
	first := make(chan int)
	in := first
	for range stages {
		out := make(chan int)
		go stage(in, out)
		in = out
	}
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

func main() {
	pipeline()
	share()
	for range 3 {
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
