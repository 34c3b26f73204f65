//go:build go1.24

package main

import (
	"iter"
	"runtime"
	"weak"
)

var pulled []func() (int, bool)

func count(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func pull() {
	for i := 0; i < each; i++ {
		next, _ := iter.Pull(count)
		next()
		pulled = append(pulled, next)
	}
}

func specials(i int) {
	n := &node{}
	runtime.AddCleanup(n, func(i int) { select {} }, i)
	kept = append(kept, weak.Make(nodes[i]))
	runtime.AddCleanup(nodes[i], func(i int) { println(i) }, i)
}
