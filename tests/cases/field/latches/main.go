// Goroutines that wait for locks in static data: a lock by itself behind a pointer, one in a struct,
// one in a struct that another one points to. Each was left locked.
package main

import (
	"runtime"
	"strings"
	"sync"

	"gotopsy/field/measure"
)

type counter struct {
	hits  int
	latch sync.Mutex
}

type table struct {
	rows  map[string]int
	lock  sync.RWMutex
	count *counter
}

var gate = &sync.Mutex{}

var users = &table{rows: map[string]int{"a": 1}, count: &counter{}}

func throughGate() {
	gate.Lock()
	gate.Lock()
}

func throughTable() {
	users.lock.RLock()
	users.lock.Lock()
}

func throughCounter() {
	users.count.latch.Lock()
	users.count.latch.Lock()
}

// stack says what all goroutines do.
func stack() string {
	text := make([]byte, 1<<16)
	return string(text[:runtime.Stack(text, true)])
}

func main() {
	go throughGate()
	go throughTable()
	go throughCounter()
	measure.Until(func() bool { return strings.Count(stack(), " [sync.") == 3 })
	measure.Ready(nil)
	println(len(users.rows))
}
