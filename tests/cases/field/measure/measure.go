// Package measure tells what is true of a program just before its core is taken.
package measure

import (
	"encoding/json"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// Way is how the program is to run: "" leaks, "fixed" does not.
func Way() string {
	if len(os.Args) < 2 {
		return ""
	}
	return os.Args[1]
}

// Fixed says whether the leak is to be left out.
func Fixed() bool { return Way() == "fixed" }

// Ready collects until nothing changes, prints what is live and what else is true, and waits until
// stdin is closed. Call it with whatever must stay alive still in use.
func Ready(truth map[string]any) {
	Collect()
	Tell(truth)
}

// Collect collects until nothing changes.
func Collect() {
	for i := 0; i < 3; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond) // finalizers and cleanups run
	}
}

// Tell is Ready without a collection: all that was allocated since the last one must be live.
func Tell(truth map[string]any) {
	if truth == nil {
		truth = map[string]any{}
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	truth["heap"] = stats.HeapAlloc
	truth["objects"] = stats.HeapObjects
	truth["goroutines"] = runtime.NumGoroutine()
	json.NewEncoder(os.Stdout).Encode(truth)
	os.Stdout.WriteString("ready\n")
	io.Copy(io.Discard, os.Stdin)
}

// Until waits for a condition, such as that all goroutines have come to block.
func Until(condition func() bool) {
	for !condition() {
		time.Sleep(time.Millisecond)
	}
}

// Blocked waits until so many goroutines block in a function.
func Blocked(function string, count int) {
	Until(func() bool { return blockedIn(function) >= count })
}

func blockedIn(function string) (count int) {
	text := make([]byte, 1<<22)
	text = text[:runtime.Stack(text, true)]
	for _, stack := range strings.Split(string(text), "\n\n") {
		header, frames, _ := strings.Cut(stack, "\n")
		if waits(header) && strings.Contains(frames, function+"(") {
			count++
		}
	}
	return count
}

// waits tells whether a goroutine waits for what its code is about: it may not run, was not preempted
// on its way there, and does not work for the collector first.
func waits(header string) bool {
	_, state, _ := strings.Cut(header, "[")
	for _, other := range []string{"running", "runnable", "preempted", "copystack", "GC "} {
		if strings.HasPrefix(state, other) {
			return false
		}
	}
	return true
}

var begun = time.Now()

// Seen collects, which notes who waits, and returns when that was half of the process's life ago.
func Seen() {
	runtime.GC()
	seen := time.Now()
	Until(func() bool { return time.Since(seen) > seen.Sub(begun) })
}
