// A client keeps the calls that wait for an answer in a table, and a dispatcher looks them up there.
// Leaked: calls whose answers were lost, one after the other, as long as the program runs. With
// "fixed" all are answered in the end; with "burst" as many have just been made. With "slots" calls
// queue up for a slot instead, and those who have the slots do not give them back.
package main

import (
	"runtime"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const (
	many = 160
	size = 64 << 10
)

type call struct{ answer chan int }

var (
	mu      sync.Mutex
	pending = map[int]*call{}
	done    sync.WaitGroup
)

//go:noinline
func invoke(id int) {
	defer done.Done()
	c := &call{make(chan int)}
	mu.Lock()
	pending[id] = c
	mu.Unlock()
	request := newRequest()
	fill(request, <-c.answer)
}

var slots = make(chan bool, 4)

//go:noinline
func queue() {
	request := newRequest()
	slots <- true
	fill(request, 1)
}

//go:noinline
func newRequest() []byte { return make([]byte, size) }

//go:noinline
func fill(request []byte, answer int) { request[answer]++ }

func main() {
	began := time.Now()
	if measure.Way() == "burst" {
		for time.Since(began) < time.Second {
			time.Sleep(50 * time.Millisecond)
			runtime.GC()
		}
	}
	for id := 0; id < many; id++ {
		if measure.Way() == "slots" {
			go queue()
		} else {
			done.Add(1)
			go invoke(id)
		}
		if measure.Way() == "burst" {
			continue
		}
		time.Sleep(10 * time.Millisecond)
		if id%10 == 0 {
			runtime.GC()
		}
	}
	time.Sleep(20 * time.Millisecond)
	if measure.Fixed() {
		for _, c := range pending {
			c.answer <- 1
		}
		done.Wait()
	}
	measure.Ready(map[string]any{"many": many})
	println(len(pending), len(slots))
}
