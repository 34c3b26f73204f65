// An object with a finalizer that its own contents lead back to is never
// finalized, nor is what it refers to freed.
package main

import (
	"runtime"

	"gotopsy.programs/truth"
)

type T struct {
	v [1 << 20]byte
	t *T
}

const pairs = 4

// finalized is written by the finalizers, one after another.
var finalized = make(chan struct{}, pairs)

//go:noinline
func memoryLeaking() {
	var x, y T
	runtime.SetFinalizer(&x, func(*T) { finalized <- struct{}{} })
	x.t = &y
	if truth.Leaking {
		y.t = &x
	}
	truth.FinalizerCycle(&x)
}

func main() {
	truth.Start("finalizer-cycle-textbook")
	truth.Begin("finalizer-cycle", "")
	for i := 0; i < pairs; i++ {
		memoryLeaking()
	}
	if !truth.Leaking {
		runtime.GC()
		truth.Await("finalizers", func() bool { return len(finalized) == pairs })
	}
	truth.Done()
}
