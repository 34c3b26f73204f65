//go:build !go1.23

package main

func makeUnique() []any { return nil }
