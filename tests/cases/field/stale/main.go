// A queue has moved on in its array without clearing what it took, and a token is a part of a large
// text. A goroutine that is busy has old addresses of both in its frame: it looked at them once, and
// will not again. Whoever scans the frame of an interrupted goroutine takes them for pointers.
package main

import (
	"strings"
	"sync/atomic"
	"unsafe"

	"gotopsy/field/measure"
)

type task struct{ body []byte }

type queue struct{ waiting []*task }

var (
	todo  queue
	token string
	busy  atomic.Bool
	stop  atomic.Bool
	total uintptr
)

func take() {
	if measure.Fixed() {
		todo.waiting[0] = nil
	}
	todo.waiting = todo.waiting[1:]
}

// spin has old addresses on its stack for as long as it runs.
//
//go:noinline
func spin(tasks, text uintptr) (sum uintptr) {
	var seen [8]uintptr
	seen[3], seen[5] = tasks, text
	busy.Store(true)
	for i := 0; !stop.Load(); i++ {
		sum += seen[i&7]
	}
	return sum
}

func main() {
	todo.waiting = make([]*task, 8192)
	for i := range todo.waiting {
		todo.waiting[i] = &task{body: make([]byte, 384)}
	}
	text := strings.Repeat("session=0123456789abcdef;", 20000)
	token = text[8:24]
	if measure.Fixed() { // nor is there an old address, which would keep the text
		token = strings.Clone(token)
		text = ""
	}
	tasks := uintptr(unsafe.Pointer(unsafe.SliceData(todo.waiting)))
	go func(text uintptr) { total = spin(tasks, text) }(uintptr(unsafe.Pointer(unsafe.StringData(text))))
	for len(todo.waiting) > 16 {
		take()
	}
	measure.Until(busy.Load)
	measure.Ready(nil)
	println(len(todo.waiting), len(token), total)
}
