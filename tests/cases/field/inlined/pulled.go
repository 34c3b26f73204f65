//go:build go1.23

package main

import "iter"

func init() { pulled = chapters }

func pages(note func()) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; ; i++ {
			note()
			if !yield(i) {
				return
			}
		}
	}
}

// chapters pulls the first page of an iterator that pages makes, and forgets to call stop.
//
//go:noinline
func chapters(note func()) {
	next, _ := iter.Pull(pages(note))
	next()
}
