package truth

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// What has been stated so far: a list of findings, of which the last is still
// being written.
var (
	mu        sync.Mutex
	bodySpace [1 << 20]byte
	lineSpace [8 << 20]byte
	body      = text(bodySpace[:0])
	findings  int
	listing   bool // the last finding's instances may still grow
	count     int  // what the last finding speaks of
	ids       [1 << 12]uint64
)

// Begin starts a finding. holder is a name that the report's path to it should
// contain, or "". The twin states the same finding with nothing in it.
func Begin(kind, holder string) {
	end()
	findings++
	count = 0
	body.open('{')
	body.field("kind").quote(kind)
	if holder == "" {
		body.field("holder").raw("null")
	} else {
		body.field("holder").quote(holder)
	}
	body.field("instances").open('[')
	listing = true
}

// Substring states that of block only the windows are in use.
func Substring(block string, windows ...string) {
	if !Leaking {
		return
	}
	base := data(unsafe.Pointer(&block))
	openBlock(base, uintptr(len(block)))
	for _, w := range windows {
		body.open('{')
		body.field("offset").number(uint64(data(unsafe.Pointer(&w)) - base))
		body.field("length").number(uint64(len(w)))
		body.close('}')
	}
	closeBlock()
}

// Subslice is Substring for slices. Windows are in bytes.
func Subslice[T any](block []T, windows ...[]T) {
	if !Leaking {
		return
	}
	base, size := extent(block)
	openBlock(base, size*uintptr(cap(block)))
	for _, w := range windows {
		start, _ := extent(w)
		body.open('{')
		body.field("offset").number(uint64(start - base))
		body.field("length").number(uint64(size) * uint64(len(w)))
		body.field("capacity").number(uint64(size) * uint64(cap(w)))
		body.close('}')
	}
	closeBlock()
}

func openBlock(base, size uintptr) {
	openInstance()
	body.field("address").address(base)
	body.field("size").number(uint64(size))
	body.field("windows").open('[')
}

func closeBlock() {
	body.close(']')
	body.close('}')
}

// LostElements states that the window is all that is left of the block, and
// what the slots outside it still point to.
func LostElements[T any](block, window []*T) {
	if !Leaking {
		return
	}
	base, size := extent(block)
	start, _ := extent(window)
	first := int((start - base) / size)
	lost := func(i int) bool { return block[i] != nil && (i < first || i >= first+cap(window)) }

	openInstance()
	body.field("address").address(base)
	body.field("size").number(uint64(size) * uint64(cap(block)))
	body.field("element_size").number(uint64(size))
	body.field("dead_slots").open('[')
	for i := range block {
		if lost(i) {
			body.number(uint64(i))
		}
	}
	body.close(']')
	body.field("targets").open('[')
	for i, p := range block {
		if lost(i) {
			body.address(uintptr(unsafe.Pointer(p)))
		}
	}
	body.close(']')
	body.close('}')
}

// Goroutine states that the goroutine which calls it is about to hang.
func Goroutine() {
	if !Leaking {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	ids[count] = goid()
	openInstance()
	body.field("goroutine").number(ids[count-1])
	body.close('}')
}

// Hung waits until n goroutines of the finding all block for this reason.
func Hung(n int, reason string) {
	Await("goroutines to start", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return count == n
	})
	mu.Lock()
	defer mu.Unlock()
	endInstances()
	body.field("wait_reason").quote(reason)
	Await("goroutines to hang in "+reason, func() bool {
		stacks := lineSpace[:runtime.Stack(lineSpace[:], true)]
		for _, id := range ids[:count] {
			header := "goroutine " + strconv.FormatUint(id, 10) + " [" + reason
			if !bytes.Contains(stacks, []byte(header)) {
				return false
			}
		}
		return true
	})
}

// Ticker states that nothing uses the ticker, which was not stopped.
func Ticker(t *time.Ticker, period time.Duration) {
	if !Leaking {
		return
	}
	openInstance()
	body.field("address").address(uintptr(unsafe.Pointer(t)))
	body.field("period_ns").number(uint64(period))
	body.close('}')
}

// AbandonedTicker is Ticker for one that only the runtime's timers can still
// reach. Where channels of timers have no buffer they do not keep it: Go 1.23
// and later, unless asynctimerchan=1.
func AbandonedTicker(t *time.Ticker, period time.Duration) {
	if cap(t.C) > 0 {
		Ticker(t, period)
	}
}

// FinalizerCycle states that these objects, all with finalizers, can reach each
// other, or one itself, and that nothing else reaches them.
func FinalizerCycle[T any](objects ...*T) {
	if !Leaking {
		return
	}
	for _, p := range objects {
		openInstance()
		body.field("address").address(uintptr(unsafe.Pointer(p)))
		body.field("size").number(uint64(unsafe.Sizeof(*p)))
		body.close('}')
	}
	count += 1 - len(objects)
}

// DeferredCalls states how many calls this goroutine has piled up in function.
func DeferredCalls(function string, calls int) {
	if !Leaking {
		return
	}
	openInstance()
	body.field("goroutine").number(goid())
	body.field("function").quote(function)
	body.field("calls").number(uint64(calls))
	body.close('}')
	count += calls - 1
}

func openInstance() {
	count++
	body.open('{')
}

func endInstances() {
	if listing {
		listing = false
		body.close(']')
		body.field("count").number(uint64(count))
	}
}

func end() {
	endInstances()
	if findings > 0 {
		body.close('}')
	}
}

func extent[T any](s []T) (start, elementSize uintptr) {
	var zero T
	return data(unsafe.Pointer(&s)), unsafe.Sizeof(zero)
}

// data is the address in the string or slice header that p points to.
func data(p unsafe.Pointer) uintptr { return *(*uintptr)(p) }

// goid parses "goroutine 17 [running]:", the one place where Go tells.
func goid() uint64 {
	header := lineSpace[:64]
	runtime.Stack(header, false)
	id := uint64(0)
	for _, c := range header[len("goroutine "):] {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uint64(c-'0')
	}
	return id
}
