// Stuck has goroutines that wait for what nobody but they can reach, or for a day to pass; others
// that wait as long and could be woken any time; and many more that have just begun to wait.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

const (
	each   = 150
	others = 500
	day    = 24 * time.Hour
	long   = 4 * time.Second // many times what the rest takes
)

type jobs chan int

var (
	idle  = make(jobs)
	fresh = make(jobs)

	stacks []byte
)

// stuck stands at another site for each depth.
//
//go:noinline
func stuck(depth int, answer jobs) {
	if depth > 0 {
		stuck(depth-1, answer)
		return
	}
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
func recent(quit jobs) {
	select {
	case <-fresh:
	case <-quit:
	}
}

// blocked is how many wait in a select or to receive.
func blocked() int {
	text := stacks[:runtime.Stack(stacks, true)]
	return bytes.Count(text, []byte(" [select")) + bytes.Count(text, []byte(" [chan receive"))
}

func await(count int) {
	for blocked() < count {
		runtime.Gosched()
	}
}

func main() {
	debug.SetGCPercent(-1) // those that are asked for are all
	sites, _ := strconv.Atoi(os.Getenv("SITES"))
	stacks = make([]byte, (2+sites)<<20)
	for i := 0; i < sites*each; i++ {
		go stuck(1+i/each, make(jobs))
	}
	for i := 0; i < each; i++ {
		go stuck(0, make(jobs))
		go pooled(make(jobs))
		go alarm()
	}
	await((3 + sites) * each)
	if os.Getenv("NO_COLLECTION") == "" {
		runtime.GC()
		time.Sleep(long)
		runtime.GC() // the next one says that who waits then has done so since this one
		for i := 0; i < others; i++ {
			go recent(make(jobs))
		}
		await((3+sites)*each + others)
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
