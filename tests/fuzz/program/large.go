//go:build !small

package main

import (
	"context"
	"net"
	"runtime/pprof"
)

const each, entries, sampled = 24, 3000, 1

var labels = pprof.Labels("task", "wait", "kind", "fuzz")

func labelled(do func()) {
	pprof.Do(context.Background(), labels, func(context.Context) { do() })
}

func accept() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		listener.Accept()
	}
}
