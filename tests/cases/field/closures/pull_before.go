//go:build !go1.23

package main

func pull[K comparable, V any](all func(func(K, V) bool)) func() {
	return func() { all(func(K, V) bool { return false }) }
}
