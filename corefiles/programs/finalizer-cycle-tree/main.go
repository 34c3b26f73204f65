// Trees of nodes that each have a finalizer, and a pointer to their parent
// besides those to their children, so that every finalizer waits for the others.
package main

import (
	"runtime"

	"gotopsy.programs/truth"
)

type node struct {
	parent   *node
	children []*node
	handle   int
	text     []byte
}

var open int

func (n *node) release() { open-- }

func grow(parent *node, depth int, all *[]*node) *node {
	n := &node{parent: parent, handle: open, text: truth.Bytes(8 << 10)}
	open++
	runtime.SetFinalizer(n, (*node).release)
	*all = append(*all, n)
	for i := 0; i < 2 && depth > 0; i++ {
		n.children = append(n.children, grow(n, depth-1, all))
	}
	return n
}

// close is what the finalizers should have been no more than a net for.
func (n *node) close() {
	runtime.SetFinalizer(n, nil)
	n.release()
	for _, child := range n.children {
		child.close()
	}
}

//go:noinline
func parse() {
	var all []*node
	root := grow(nil, 3, &all)
	if !truth.Leaking {
		root.close()
	}
	truth.FinalizerCycle(all...)
}

func main() {
	truth.Start("finalizer-cycle-tree")
	truth.Begin("finalizer-cycle", "")
	for i := 0; i < 64; i++ {
		parse()
	}
	truth.Done()
}
