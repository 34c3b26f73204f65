// One leak for each row of the table of advice (inspector/detect/describe/advice.def), or, when it is mended
// as the row tells, none. Each leak states its row, a word that the advice must have, and the place
// where a person has to look, which is the line after the one that states it.
package main

import (
	"path/filepath"
	"runtime"
	"sync"

	"gotopsy/field/measure"
)

const (
	crowd = 10 // goroutines of one leak
	many  = 120
	small = 1 << 10
	large = 16 << 10
)

// A leak as it states itself. Line 0: nobody of the program is in the stack that waits.
type leak struct {
	Row      string `json:"row"`
	Says     string `json:"says"`
	Name     string `json:"name,omitempty"` // of what is to be closed, where debug information tells it
	Function string `json:"function,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

var (
	leaks   = map[leak]bool{}
	lock    sync.Mutex
	waiting sync.WaitGroup
)

// at states a leak of the line that follows the caller's.
func at(row, says string) { atNamed(row, says, "", 3) }

// named does so too, of something with a name.
func named(row, says, name string) { atNamed(row, says, name, 3) }

func atNamed(row, says, name string, skip int) {
	pcs := make([]uintptr, 1)
	runtime.Callers(skip, pcs)
	frame, _ := runtime.CallersFrames(pcs).Next()
	state(leak{row, says, name, frame.Function, filepath.Base(frame.File), frame.Line + 1})
}

// anywhere states a leak that has no place in this program.
func anywhere(row, says string) { state(leak{Row: row, Says: says}) }

func state(l leak) {
	lock.Lock()
	leaks[l] = true
	lock.Unlock()
}

// start runs a crowd of goroutines that each hold memory while they wait.
func start(wait func()) {
	for i := 0; i < crowd; i++ {
		go hold(wait)
	}
}

func hold(wait func()) {
	payload := make([]byte, large)
	wait()
	runtime.KeepAlive(payload)
}

// goroutines are those that the runtime has, when there are as many for a while.
func settle() {
	last, same := 0, 0
	measure.Until(func() bool {
		now := runtime.NumGoroutine()
		if now == last {
			same++
		} else {
			last, same = now, 0
		}
		return same > 100
	})
}

func main() {
	waits()
	libraries()
	timers()
	iterators()
	memory()
	settle()
	list := []leak{}
	for l := range leaks {
		list = append(list, l)
	}
	measure.Ready(map[string]any{"leaks": list})
	keepMemory()
}
