//go:build go1.26

package main

import (
	"runtime"

	"gotopsy/field/measure"
)

const ofFinalizers = "finalizer"

func giveRoom(b *buffer) {
	if measure.Way() == "cleaned" {
		go drain()
	}
	at("cleanup")
	pool <- b
}

func clean() {
	for i := 0; i < 50; i++ {
		runtime.AddCleanup(&struct{ b *buffer }{}, giveRoom, &buffer{})
	}
}
