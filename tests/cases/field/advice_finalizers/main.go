// A finalizer that waits for somebody to take what it gives back: all other finalizers wait behind it.
package main

import (
	"path/filepath"
	"runtime"

	"gotopsy/field/measure"
)

type buffer struct{ room [16 << 10]byte }

type leak struct {
	Row      string `json:"row"`
	Says     string `json:"says"`
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

var (
	pool  = make(chan *buffer)
	leaks []leak
)

// at states a leak of the line that follows the caller's.
func at(row string) {
	pc, file, line, _ := runtime.Caller(1)
	leaks = append(leaks, leak{row, "goroutine", runtime.FuncForPC(pc).Name(), filepath.Base(file), line + 1})
}

func giveBack(b *buffer) {
	if measure.Fixed() {
		go drain()
	}
	at(ofFinalizers)
	pool <- b
}

func drain() { <-pool }

func use() {
	for i := 0; i < 50; i++ {
		runtime.SetFinalizer(&buffer{}, giveBack)
	}
}

func main() {
	if measure.Way() == "cleanup" || measure.Way() == "cleaned" {
		clean()
	} else {
		use()
	}
	truth := map[string]any{}
	runtime.GC()
	measure.Until(func() bool { return leaks != nil })
	truth["leaks"] = leaks
	measure.Ready(truth)
	runtime.KeepAlive(pool)
}
