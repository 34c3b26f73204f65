// Cleanups attaches cleanups that lead back to their objects, in every way that its Go lets it, and
// states for each way what was freed when all of its cleanups were stopped, before it made them
// anew. With CLEANUPS=apart they lead to others of their kind instead, and all of those that have
// cleanups are in use.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
)

const each = 50

var (
	apart = os.Getenv("CLEANUPS") == "apart"
	inUse []any
	sink  any
)

// ---- the ways, each of which has a type of its own ---------------------------------------------

// Objects of this size have headers, which tell their types.
type data struct {
	id   int
	body []byte
	area [1 << 10]byte
}

type text struct{ data }
type image struct{ data }
type sound struct{ data }
type video struct{ data }

type argument struct{ of *text }
type owner struct{ of *video }

func fill() data { return data{body: make([]byte, 8<<10)} }

// led is what a cleanup of x is to lead to.
func led[T any](x, other *T) *T {
	if !apart {
		return x
	}
	inUse = append(inUse, x)
	return other
}

func release(a argument) { sink = a }
func cut(part *[]byte)   { sink = part }

func byArgument() (runtime.Cleanup, any) {
	x := &text{fill()}
	return runtime.AddCleanup(x, release, argument{led(x, &text{})}), release
}

func byClosure() (runtime.Cleanup, any) {
	x := &image{fill()}
	to := led(x, &image{})
	call := func(int) { sink = to }
	return runtime.AddCleanup(x, call, 1), call
}

func byPart() (runtime.Cleanup, any) {
	x := &sound{fill()}
	return runtime.AddCleanup(x, cut, &led(x, &sound{}).body), cut
}

func byAnother() (runtime.Cleanup, any) {
	x := &video{fill()}
	to := &owner{led(x, &video{})}
	call := func(int) { sink = to.of }
	return runtime.AddCleanup(x, call, 1), call
}

// ---- measuring -----------------------------------------------------------------------------------

type way struct {
	Type, Function string
	Refused        bool // this Go panics
	Count          int
	Bytes          int64
	attach         func() (runtime.Cleanup, any)
}

var ways = []*way{
	{Type: "main.text", attach: byArgument},
	{Type: "main.image", attach: byClosure},
	{Type: "main.sound", attach: byPart},
	{Type: "main.video", attach: byAnother},
}

//go:noinline
func (w *way) once() (made runtime.Cleanup) {
	defer func() { w.Refused = recover() != nil }()
	made, call := w.attach()
	w.Function = runtime.FuncForPC(reflect.ValueOf(call).Pointer()).Name()
	w.Count++
	return made
}

func (w *way) all() (made [each]runtime.Cleanup) {
	w.Count = 0
	for i := range made {
		made[i] = w.once()
	}
	return
}

func inHeap() int64 {
	var stats runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func (w *way) measure() {
	made := w.all()
	with := inHeap()
	for i := 0; !w.Refused && i < each; i++ {
		made[i].Stop()
	}
	w.Bytes = with - inHeap()
}

func main() {
	ways[0].measure() // whatever the first use of it all keeps
	for _, w := range ways {
		w.measure()
	}
	for _, w := range ways {
		w.all()
	}
	inHeap()
	said, _ := json.Marshal(ways)
	fmt.Printf("%s\nready\n", said)
	io.Copy(io.Discard, os.Stdin)
	sink = inUse
}
