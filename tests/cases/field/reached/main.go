// Two package variables, each with a tree of its own, share a third tree, which leads to a fourth
// variable's. The program counts the bytes of each.
package main

import (
	"time"
	"unsafe"

	"gotopsy/field/measure"
)

type node struct {
	left, right *node
	pad         [6]int
}

type forest struct{ own, shared *node }

var (
	north, south *forest
	remote       *node
)

var bytes = map[string]uint64{}

//go:noinline
func grow(name string, count int, last *node) *node {
	bytes[name] += uint64(count) * uint64(unsafe.Sizeof(node{}))
	all := make([]*node, 0, count)
	for i := 0; i < count; i++ {
		next := &node{}
		if i > 0 && i%2 == 1 {
			all[(i-1)/2].left = next
		} else if i > 0 {
			all[(i-1)/2].right = next
		}
		all = append(all, next)
	}
	all[count-1].left = last
	return all[0]
}

//go:noinline
func plant() {
	remote = grow("remote", 500, nil)
	shared := grow("shared", 100000, remote)
	north = &forest{grow("north", 3000, nil), shared}
	south = &forest{grow("south", 1000, nil), shared}
	if measure.Fixed() {
		south.shared = nil
	}
}

// A P keeps its array of timers when the last of them is done. Nothing is in it then.
func wait() {
	<-time.After(time.Millisecond)
}

func main() {
	plant()
	wait()
	measure.Ready(map[string]any{"bytes": bytes, "forest": unsafe.Sizeof(forest{})})
}
