// Mistaken drops objects after a collection has marked them. Their addresses are left in a global: as
// numbers, which are no addresses, or with the argument "address" as a uintptr. The object of that
// global which is a pointer keeps the global among those that the collector scans.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"
)

type thing struct {
	next *thing
	body [2000]byte
}

type count struct {
	big   uint64
	ratio float64
}

var totals struct {
	own     *thing
	nanos   int64
	counts  [2]count
	address uintptr
}

func word(of *thing) uint64 { return uint64(uintptr(unsafe.Pointer(of))) }

//go:noinline
func fill(kept []*thing) {
	for i := range kept {
		kept[i] = new(thing)
	}
}

// note leaves the addresses. No pointer is left on the stack, where it would explain the object.
//
//go:noinline
func note(kept []*thing, address bool) {
	if address {
		totals.address = uintptr(word(kept[0]))
		return
	}
	totals.nanos = int64(word(kept[0]))
	totals.counts[0].big = word(kept[1])
	totals.counts[1].ratio = *(*float64)(unsafe.Pointer(&kept[2]))
}

//go:noinline
func wipe() {
	var stack [64 << 10]byte
	runtime.KeepAlive(&stack)
}

func main() {
	kept := make([]*thing, 3)
	totals.own = &thing{}
	fill(kept)
	debug.SetGCPercent(-1)
	runtime.GC()
	note(kept, len(os.Args) > 1)
	clear(kept)
	wipe()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte()
	fmt.Println(len(kept), totals)
}
