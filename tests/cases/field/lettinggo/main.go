// Workers that hold a chain of blocks while the collector marks, and let go of it afterwards.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

type link struct {
	next *link
	room [90]int
}

var (
	total atomic.Int64
	extra [workers]*link
)

const (
	workers = 300
	length  = 8
)

func chain() *link {
	var head *link
	for i := 0; i < length; i++ {
		head = &link{next: head}
	}
	return head
}

func worker(number int, held *sync.WaitGroup, letGo, end chan bool) {
	head := chain()
	held.Done()
	<-letGo
	total.Add(int64(head.next.room[3]) + 1)
	if measure.Way() == "allocating" {
		extra[number] = &link{}
	}
	<-end
}

func main() {
	debug.SetGCPercent(-1)
	letGo, end := make(chan bool), make(chan bool)
	var held sync.WaitGroup
	held.Add(workers)
	for i := 0; i < workers; i++ {
		go worker(i, &held, letGo, end)
	}
	held.Wait()
	time.Sleep(50 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	close(letGo)
	for total.Load() < workers {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
	os.Stdout.WriteString("{}\nready\n")
	os.Stdin.Read(make([]byte, 1))
}
