// Stuck has goroutines that wait for what nobody but they can reach, or for a day to pass; others
// that wait as long and could be woken any time; and many more that have just begun to wait.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	each   = 150
	others = 500
	day    = 24 * time.Hour
)

type jobs chan int

var (
	idle  = make(jobs)
	fresh = make(jobs)
)

//go:noinline
func stuck(answer jobs) {
	select {
	case <-answer:
	case <-time.After(day):
	}
}

//go:noinline
func pooled(quit jobs) {
	select {
	case <-idle:
	case <-quit:
	}
}

//go:noinline
func alarm() { <-time.After(day) }

//go:noinline
func busy() {
	for {
		select {
		case <-fresh:
		case <-time.After(day):
		}
	}
}

func start() {
	for i := 0; i < each; i++ {
		go stuck(make(jobs))
		go pooled(make(jobs))
		go alarm()
	}
	for i := 0; i < others; i++ {
		go busy()
	}
}

// renew lets the busy ones wait anew, and two collections see it. It returns how long that took.
func renew() time.Duration {
	for i := 0; i < 20*others; i++ {
		fresh <- i
	}
	begin := time.Now()
	runtime.GC()
	runtime.GC()
	return time.Since(begin)
}

func main() {
	seen := os.Getenv("NO_COLLECTION") == ""
	if !seen {
		debug.SetGCPercent(-1)
	}
	start()
	for runtime.NumGoroutine() < 1+3*each+others {
		runtime.Gosched()
	}
	time.Sleep(10 * time.Millisecond)
	if seen {
		runtime.GC()
		for begin := time.Now(); time.Since(begin) < 12*renew(); {
			time.Sleep(100 * time.Millisecond)
		}
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
