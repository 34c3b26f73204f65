//go:build !go1.23

package main

const iterators = 0

func iterate() {}

func resume() int { return 0 }
