// Registry keeps a small part of large texts behind a sync.Map and an atomic pointer.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

const large = 100_000

type visitor struct{ agent string }

var (
	registry sync.Map
	latest   atomic.Pointer[visitor]
)

//go:noinline
func header() string { return strings.Repeat("h", large) }

//go:noinline
func visit() {
	for i := range 20 {
		registry.Store(i, &visitor{header()[:16]})
	}
	latest.Store(&visitor{header()[:16]})
}

func main() {
	visit()
	for range 3 {
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
