// A program of which nothing moves any more once the collector was here: each thing that it holds,
// it holds by one word, whose place it tells. Collections go on, since the runtime forces them.
//
// Its ways: "running" has a goroutine that runs on after the collections; "uncollected" never
// collects.
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"gotopsy/field/measure"
)

//go:linkname forcegcperiod runtime.forcegcperiod
var forcegcperiod int64

//go:linkname allgs runtime.allgs
var allgs []unsafe.Pointer

const period = 400 * time.Millisecond

type page struct {
	next *page
	room [37]int
}
type shelf struct {
	first *page
	room  [11]int
}
type lamp struct { // the only one in its span with a finalizer
	page *page
	room [70]int
}
type twin struct { // two of them share a span
	page *page
	room [50]int
}

var (
	book    *page
	shelfs  *shelf
	lamps   *lamp
	twins   [2]*twin
	table   *[1 << 17]*page // lies behind all else, for it is large
	onStack atomic.Uintptr
	never   = make(chan bool)
	run     int
)

func pages(n int) *page {
	var first *page
	for i := 0; i < n; i++ {
		first = &page{next: first}
	}
	return first
}

//go:noinline
func reader() {
	mine := pages(30)
	var local [1]byte
	onStack.Store(uintptr(unsafe.Pointer(&local)))
	<-never
	os.Stdout.WriteString(strconv.Itoa(mine.room[3] + int(local[0])))
}

// The g whose stack holds an address begins with that stack's bounds.
func owner(addr uintptr) uintptr {
	for _, g := range allgs {
		bounds := (*[2]uintptr)(g)
		if bounds[0] <= addr && addr < bounds[1] {
			return uintptr(g)
		}
	}
	return 0
}

// What only a finalizer's function keeps; and that function.
func finalize[T any](object *T) uintptr {
	own := pages(20)
	function := func(*T) { run += own.room[2] }
	runtime.SetFinalizer(object, function)
	return *(*uintptr)(unsafe.Pointer(&function))
}

func finalizers() map[string]uintptr {
	lamps = &lamp{}
	twins = [2]*twin{{}, {}}
	finalize(twins[0])
	return map[string]uintptr{"only": finalize(lamps), "of two": finalize(twins[1])}
}

func tell(reader uintptr, finalizers map[string]uintptr) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"global":     uintptr(unsafe.Pointer(&book)),
		"heap":       uintptr(unsafe.Pointer(&shelfs.first)),
		"table":      uintptr(unsafe.Pointer(table)),
		"lamp":       uintptr(unsafe.Pointer(lamps)),
		"g":          reader,
		"finalizers": finalizers,
	})
	os.Stdout.WriteString("ready\n")
}

func main() {
	forcegcperiod = int64(period)
	book = pages(50)
	shelfs = &shelf{first: pages(60)}
	functions := finalizers()
	table = &[1 << 17]*page{pages(10)}
	go reader()
	for onStack.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if measure.Way() == "running" {
		go func() {
			for {
				time.Sleep(20 * time.Millisecond)
			}
		}()
	}
	time.Sleep(20 * time.Millisecond)
	if measure.Way() != "uncollected" { // nor does the runtime, before there was a first collection
		runtime.GC()
		runtime.GC()
	}
	tell(owner(onStack.Load()), functions)
	time.AfterFunc(time.Hour, func() { run++ }) // else it is a deadlock
	<-never
}
