//go:build go1.23

package main

import (
	"iter"

	"gotopsy/field/measure"
)

func pages(yield func([]byte) bool) {
	page := make([]byte, large)
	for {
		at("iter_pull", "defer stop()")
		if !yield(page) {
			return
		}
	}
}

func iterators() {
	for i := 0; i < crowd; i++ {
		next, stop := iter.Pull(pages)
		next()
		if measure.Fixed() {
			stop()
		}
	}
}
