// A service that grows: with each line that it reads it has more sessions and more goroutines that
// nothing wakes, and tickets are where its queue was. It tells what is true of it before and after.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"

	"gotopsy/field/measure"
)

const (
	few  = 2000
	many = 30000
)

// A session has a size class of its own bytes.
type session struct {
	next *session
	id   int
	data [496]byte
}

type job struct {
	session *session
	text    [120]byte
}

// A ticket has the size and the pointers of a job, so that it gets a job's slot.
type ticket struct {
	session *session
	text    [120]byte
}

var (
	tickets  []*ticket
	sessions = map[int]*session{}
	queue    []*job
	steady   = make([]byte, 1<<20)
)

// grow lets no collection run: what is in use when it begins is so when it ends, and nothing new
// gets the address of the map's storage of before.
func grow(to int) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for id := len(sessions); id < to; id++ {
		sessions[id] = &session{id: id}
	}
}

// replace drops the queue and makes as many tickets, and counts those that are where a job was.
func replace() (reused int) {
	places := map[uintptr]bool{}
	for _, job := range queue {
		places[uintptr(unsafe.Pointer(job))] = true
	}
	count := len(queue)
	queue = nil
	measure.Collect()
	for i := 0; i < count; i++ {
		tickets = append(tickets, &ticket{})
		if places[uintptr(unsafe.Pointer(tickets[i]))] {
			reused++
		}
	}
	return reused
}

func waitForever() {
	never := make(chan int)
	<-never
}

func start(count int) {
	for i := 0; i < count; i++ {
		go waitForever()
	}
}

func tell(goroutines, reused int) {
	measure.Until(func() bool { return runtime.NumGoroutine() == goroutines+1 })
	measure.Collect()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"heap":       stats.HeapAlloc,
		"sessions":   len(sessions),
		"jobs":       len(queue),
		"goroutines": goroutines,
		"tickets":    len(tickets),
		"reused":     reused,
	})
	os.Stdout.WriteString("ready\n")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	grow(few)
	start(10)
	for i := 0; i < 5000; i++ {
		queue = append(queue, &job{session: sessions[i%few]})
	}
	if measure.Way() == "later" {
		grow(many)
		start(490)
		tell(500, replace())
	} else {
		tell(10, 0)
	}
	if lines.Scan() {
		grow(many)
		start(490)
		tell(500, replace())
		lines.Scan()
	}
	runtime.KeepAlive(steady)
	runtime.KeepAlive(tickets)
}
