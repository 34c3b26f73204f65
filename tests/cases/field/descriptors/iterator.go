//go:build go1.23

package main

import (
	"iter"

	"gotopsy/field/measure"
)

func pages(yield func([]byte) bool) {
	page := make([]byte, 4<<10)
	for yield(page) {
		page[0]++
	}
}

func init() {
	turn = func(number int) {
		next, stop := iter.Pull(pages)
		next()
		if measure.Way() == "ending" {
			stops[number] = stop
		}
	}
}
