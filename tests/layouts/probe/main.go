// Probe links what gotopsy asks a Go runtime about, so that its DWARF has every layout. It is
// built with every known version of Go (see tests/layouts/derive) and never run.
package main

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

type object struct{ next *object }

func main() {
	var (
		mu   sync.RWMutex
		cond = sync.NewCond(&mu)
		wg   sync.WaitGroup
		m    = map[string]*object{}
		all  sync.Map
	)
	wg.Add(1)
	go pprof.Do(context.Background(), pprof.Labels("a", "b"), func(context.Context) {
		defer wg.Done()
		mu.RLock()
		cond.Wait()
	})
	o := &object{}
	m["o"] = o
	all.Store("o", o)
	runtime.SetFinalizer(o, func(*object) {})
	newer(o)
	t, k := time.NewTimer(time.Second), time.NewTicker(time.Second)
	select {
	case <-t.C:
	case <-k.C:
	}
	conn, err := net.Dial("tcp", "localhost:0")
	runtime.MemProfile(nil, true)
	defer func() { fmt.Println(recover(), conn, err, m) }()
	wg.Wait()
}
