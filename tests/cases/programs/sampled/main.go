// Small strings of large blocks, allocated by calls that are inlined into one another.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
)

var kept []string

func line() string      { return strings.Repeat("x", 64<<10) }
func cut() string       { return line()[:8] }
func take(n int) string { return cut() }

//go:noinline
func fill() {
	for i := 0; i < 20; i++ {
		kept = append(kept, take(i))
	}
}

// How runtime.Frames tells where they were allocated.
func sites() (told []string) {
	runtime.GC()
	runtime.GC()
	records := make([]runtime.MemProfileRecord, 1000)
	n, _ := runtime.MemProfile(records, true)
	for _, record := range records[:n] {
		if record.InUseBytes() < 20*64<<10 {
			continue
		}
		frames := runtime.CallersFrames(record.Stack())
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			told = append(told, fmt.Sprint(frame.Function, ":", frame.Line))
		}
	}
	return told
}

func main() {
	runtime.MemProfileRate = 1
	fill()
	json.NewEncoder(os.Stdout).Encode(map[string][]string{"sites": sites()})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
