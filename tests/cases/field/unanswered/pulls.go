//go:build go1.23

package main

import "iter"

func pages(yield func(*page) bool) {
	p := new(page)
	for yield(p) {
		p[0]++
	}
}

// merge forgets to stop, twice.
//
//go:noinline
func merge(a, b iter.Seq[*page]) {
	left, _ := iter.Pull(a)
	right, _ := iter.Pull(b)
	left()
	right()
}

func init() {
	others["pulls"] = func() {
		for i := 0; i < many; i++ {
			merge(pages, pages)
		}
	}
}
