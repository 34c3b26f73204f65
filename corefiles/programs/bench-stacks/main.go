// Bench-stacks starts 200,000 goroutines in 5,000 distinct stacks, as a busy
// server has that hangs, and prints which they are: a core to measure the
// listing of goroutines with.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const (
	stacks = 5_000
	each   = 40
	steps  = 13 // calls, of which each takes one bit of the stack's number
)

var (
	queue, done = make(chan int), make(chan int)
	busy        sync.Mutex
	waits       = []func(){receive, choose, lock}
	names       = []string{"chan receive", "select", "sync.Mutex.Lock"}
)

//go:noinline
func receive() { <-queue }

//go:noinline
func choose() {
	select {
	case <-queue:
	case <-done:
	}
}

//go:noinline
func lock() { busy.Lock() }

//go:noinline
func left(number uint, steps int, wait func()) {
	if steps == 0 {
		wait()
	} else if number&1 == 0 {
		left(number>>1, steps-1, wait)
	} else {
		right(number>>1, steps-1, wait)
	}
}

//go:noinline
func right(number uint, steps int, wait func()) {
	switch {
	case steps == 0:
		wait()
	case number&1 == 1:
		right(number>>1, steps-1, wait)
	default:
		left(number>>1, steps-1, wait)
	}
}

// waiting is how many goroutines do. Since Go 1.26.
func waiting() uint64 {
	sample := []metrics.Sample{{Name: "/sched/goroutines/waiting:goroutines"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() == metrics.KindBad {
		fmt.Fprintln(os.Stderr, "bench-stacks: needs Go 1.26")
		os.Exit(1)
	}
	return sample[0].Value.Uint64()
}

func start() {
	busy.Lock()
	for i := 0; i < stacks*each; i++ {
		number := uint(i % stacks)
		go left(number, steps, waits[number%3])
	}
	for waiting() < stacks*each {
		time.Sleep(time.Millisecond)
	}
}

// tell prints the stacks by their calls, the outermost first.
func tell() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, `{"goroutines":%d,"stacks":{`, stacks*each)
	for number := uint(0); number < stacks; number++ {
		path := make([]byte, steps)
		for i := range path {
			path[i] = "LR"[number>>i&1]
		}
		if number > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, "\n"+`"%s %s":%d`, path, names[number%3], each)
	}
	fmt.Fprintln(out, "}}")
}

// die leaves a core at once: the runtime's own handler would first print a
// traceback of everybody.
func die() {
	var action [4]uintptr // struct sigaction: the default one
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGABRT),
		uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
	syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
	syscall.Pause()
}

func main() {
	start()
	tell()
	for i := 0; i < 2; i++ { // the first notes since when they wait
		runtime.GC()
	}
	die()
}
