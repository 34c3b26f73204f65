//go:build go1.23

package main

import "iter"

// pull begins an iteration, and gives what ends it.
func pull[K comparable, V any](all func(func(K, V) bool)) func() {
	next, stop := iter.Pull2(all)
	next()
	return stop
}
