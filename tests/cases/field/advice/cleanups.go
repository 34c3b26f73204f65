//go:build go1.24

package main

import (
	"runtime"

	"gotopsy/field/measure"
)

type mapping struct {
	room []byte
	next *mapping
}

// cleanups let each of two mappings be cleaned up by way of itself.
func cleanups() {
	anywhere("cleanup_cycle", "Close")
	for i := 0; i < crowd; i++ {
		m := &mapping{room: make([]byte, large)}
		m.next = &mapping{next: m}
		if !measure.Fixed() {
			runtime.AddCleanup(m, func(next *mapping) { next.room = nil }, m.next)
		}
	}
}
