// Ten kinds of request, each of which forgets three goroutines: none of them is worth a finding of
// its own, and all hang. Fixed, the channels have room.
package main

import (
	"runtime"

	"gotopsy/field/measure"
)

type reply struct{ body [600]byte }

func room() int {
	if measure.Fixed() {
		return 1
	}
	return 0
}

func ask[T any](value T) {
	for i := 0; i < 3; i++ {
		replies := make(chan *reply, room())
		go func() {
			_ = value
			replies <- new(reply)
		}()
	}
}

func main() {
	ask(int8(1))
	ask(int16(1))
	ask(int32(1))
	ask(int64(1))
	ask(uint8(1))
	ask(uint16(1))
	ask(uint32(1))
	ask(float32(1))
	ask(float64(1))
	ask(true)
	want := 31
	if measure.Fixed() {
		want = 1
	}
	measure.Until(func() bool { return runtime.NumGoroutine() == want })
	measure.Ready(map[string]any{"hung": want - 1})
}
