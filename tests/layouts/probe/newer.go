//go:build go1.24

package main

import (
	"iter"
	"runtime"
	"unique"
	"weak"
)

func newer(o *object) {
	runtime.AddCleanup(o, func(int) {}, 1)
	weak.Make(o)
	unique.Make("a")
	next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
	next()
	stop()
}
