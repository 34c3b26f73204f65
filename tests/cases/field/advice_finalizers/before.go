//go:build !go1.26

package main

const ofFinalizers = "finalizer_old"

func clean() {}
