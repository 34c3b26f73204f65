package main

import (
	"runtime"
	"time"

	"gotopsy.programs/truth"
)

// All below looks a little like a leak, and is none.
var (
	pages  = map[string][]byte{} // whole buffers
	names  []string              // together they use up the text they are cut from
	recent [][]byte              // windows that cover their slab
	stack  []*file               // its spare slots are clear
	queue  = make(chan int)      // idle workers wait on it, and it can be reached
	clock  = time.NewTicker(time.Minute)
	beats  int
)

// A file has a finalizer, and leads back to nothing.
type file struct {
	descriptor int
	cache      []byte
}

const innocentGoroutines = 5

func startInnocent() {
	for _, path := range []string{"/", "/about", "/news", "/contact"} {
		pages[path] = truth.Bytes(24 << 10)
	}
	for text := truth.Text(8 << 10); len(text) > 0; text = text[64:] {
		names = append(names, text[:64])
	}
	for slab := truth.Bytes(64 << 10); len(slab) > 0; slab = slab[1<<10:] {
		recent = append(recent, slab[:1<<10:1<<10])
	}
	for i := 0; i < 16; i++ {
		f := &file{i, truth.Bytes(4 << 10)}
		runtime.SetFinalizer(f, func(f *file) { f.descriptor = -1 })
		stack = append(stack, f)
	}
	copy(stack[4:], make([]*file, 12))
	stack = stack[:4]

	for i := 0; i < innocentGoroutines-1; i++ {
		go work()
	}
	go beat()
}

func work() {
	for n := range queue {
		beats += n
	}
}

func beat() {
	for range clock.C {
		beats++
	}
}
