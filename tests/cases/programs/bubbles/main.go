// Bubbles has goroutines in a synctest bubble, which is how tests move the clock. They wait for that
// clock, with timers and tickers that are in the bubble's own heap, for each other, or for nobody: to
// tell that is the business of synctest, as it is to the runtime's own profile of leaks.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"
)

const (
	each = 5
	many = 1000
)

// By -ldflags=-X: many "tickers" or "funcs" that nobody stops or knows, or as many that were
// "stopped".
var forgotten string

func one() unsafe.Pointer {
	if forgotten == "funcs" {
		return unsafe.Pointer(time.AfterFunc(time.Hour, runtime.GC))
	}
	ticker := time.NewTicker(time.Hour)
	if forgotten == "stopped" {
		ticker.Stop()
	}
	return unsafe.Pointer(ticker)
}

// forget makes them, and returns where they are in a way that keeps none of them alive, and what
// their being there added to the heap.
func forget() (inverted []uint64, bytes uint64) {
	if forgotten == "" {
		return nil, 0
	}
	inverted = make([]uint64, many)
	before := alive()
	for i := range inverted {
		inverted[i] = ^uint64(uintptr(one()))
	}
	return inverted, max(alive(), before) - before
}

func alive() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func id() (id uint64) {
	buf := make([]byte, 64)
	fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %d", &id)
	return id
}

// fact is what a goroutine waits for: its channel, or so many hours.
type fact struct {
	Goroutine uint64
	Channel   string
	Hours     int
}

func onChannel(c interface{}) fact { return fact{id(), fmt.Sprintf("%p", c), 0} }

// start has goroutines wait for the bubble's clock, for each other, and for nobody.
func start() (started []fact) {
	ids := make(chan fact)
	for i := 0; i < each; i++ {
		go func() {
			ticker := time.NewTicker(time.Hour)
			defer ticker.Stop()
			ids <- onChannel(ticker.C)
			for range ticker.C {
				runtime.Gosched()
			}
		}()
		go func() {
			ids <- fact{id(), "", 1}
			time.Sleep(time.Hour)
		}()
		work := make(chan []byte)
		go func() {
			ids <- onChannel(work)
			for block := range work {
				runtime.KeepAlive(block)
			}
		}()
		go func() {
			ids <- fact{id(), "", 2}
			time.Sleep(2 * time.Hour)
			work <- make([]byte, 100)
			close(work)
		}()
		go func() {
			never := make(chan int)
			ids <- onChannel(never)
			<-never
		}()
		for j := 0; j < 5; j++ {
			started = append(started, <-ids)
		}
	}
	return append(started, fact{id(), "", 0})
}

func ready(started []fact) {
	inverted, bytes := forget()
	said := map[string]any{"bubble": started, "inverted": inverted, "bytes": bytes}
	json.NewEncoder(os.Stdout).Encode(said)
	alive()
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
