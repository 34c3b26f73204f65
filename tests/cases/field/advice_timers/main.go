// Timers that leak where the runtime keeps every timer until it is stopped or has fired: up to Go 1.22,
// and with asynctimerchan=1, which a go.mod of that time asks for.
package main

import (
	"path/filepath"
	"runtime"
	"time"

	"gotopsy/field/measure"
)

const many = 2000

type leak struct {
	Row      string `json:"row"`
	Says     string `json:"says"`
	Function string `json:"function,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

var leaks = []leak{{Row: "timer", Says: "time.NewTimer"}}

// poll makes a ticker for each of its calls.
func poll() {
	pc, file, line, _ := runtime.Caller(0)
	ticker := time.NewTicker(time.Hour)
	if len(leaks) == 1 {
		leaks = append(leaks, leak{"ticker", "Stop", runtime.FuncForPC(pc).Name(), filepath.Base(file), line + 1})
	}
	if measure.Fixed() {
		defer ticker.Stop()
	}
	select {
	case <-ticker.C:
	default:
	}
}

// take waits for the next message, but not for ever.
func take(messages chan int, timer *time.Timer) int {
	var late <-chan time.Time
	if measure.Fixed() {
		timer.Reset(time.Hour)
		late = timer.C
	} else {
		late = time.After(time.Hour)
	}
	select {
	case message := <-messages:
		return message
	case <-late:
		return 0
	}
}

func main() {
	messages := make(chan int, 1)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for i := 0; i < many; i++ {
		poll()
		messages <- i
		take(messages, timer)
	}
	measure.Ready(map[string]any{"leaks": leaks})
}
