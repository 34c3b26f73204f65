// Package measure tells what is true of a program just before its core is taken.
package measure

import (
	"encoding/json"
	"io"
	"os"
	"runtime"
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
