// Large pages to which words of frames without a name lead at once, and variables by way of a box.
package main

import (
	"fmt"
	"runtime"

	"gotopsy/field/measure"
)

type page struct {
	next *page
	data [64 << 10]byte
}

type box struct{ page *page }

var registry *box // has the first page

//go:noinline
func fresh(made *page) *page {
	made.data[0] = 1
	return made
}

// What is being sent has no name.
//
//go:noinline
func send(to chan *page, from *box) { to <- fresh(from.page) }

//go:noinline
func hold(kept *box, gate chan int) {
	<-gate
	runtime.KeepAlive(kept)
}

func main() {
	first, second := &page{}, &page{}
	truth := map[string]any{
		"first": fmt.Sprintf("%p", first), "second": fmt.Sprintf("%p", second),
	}
	registry = &box{first}
	to, gate := make(chan *page), make(chan int)
	go send(to, registry)
	go send(to, &box{second})
	go hold(&box{second}, gate)
	measure.Blocked("main.send", 2)
	measure.Blocked("main.hold", 1)
	measure.Ready(truth)
}
