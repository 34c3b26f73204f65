// A server under load with GOGC=5: it is always near a collection, and drops much between two.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

type order struct {
	id    int
	lines []*line
	done  chan *receipt
}
type line struct {
	name string
	data []byte
}
type receipt struct {
	of   *order
	text string
}
type store struct {
	mu    sync.Mutex
	byKey map[string]*order
	ring  []*order
}

var shop = &store{byKey: map[string]*order{}}

func (s *store) put(o *order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byKey[fmt.Sprint(o.id)] = o
	s.ring = append(s.ring, o)
	if len(s.ring) > 500 {
		delete(s.byKey, fmt.Sprint(s.ring[0].id))
		s.ring[0] = nil
		s.ring = s.ring[1:]
	}
}

func work(queue chan *order) {
	for o := range queue {
		r := &receipt{of: o, text: fmt.Sprintf("order %d of %d lines", o.id, len(o.lines))}
		shop.put(o)
		o.done <- r
	}
}

func main() {
	debug.SetGCPercent(5)
	queue := make(chan *order, 16)
	for i := 0; i < 8; i++ {
		go work(queue)
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	n := 0
	var mu sync.Mutex
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		n++
		o := &order{id: n, done: make(chan *receipt, 1)}
		mu.Unlock()
		for i := 0; i < 20; i++ {
			o.lines = append(o.lines, &line{fmt.Sprint("line ", i), bytes.Repeat(body, 2)})
		}
		queue <- o
		got := <-o.done
		io.WriteString(w, got.text)
	}))
	for i := 0; i < 6; i++ {
		go func() {
			for {
				r, err := http.Post("http://"+l.Addr().String()+"/", "text/plain", bytes.NewReader(make([]byte, 100)))
				if err != nil {
					continue
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		}()
	}
	go func() {
		tick := time.NewTicker(3 * time.Millisecond)
		var held []*line
		for range tick.C {
			held = append(held, &line{"tick", make([]byte, 300)})
			if len(held) > 50 {
				held = nil
			}
		}
	}()
	// Its beginning is over: what it made once has gone.
	for stats := (debug.GCStats{}); stats.NumGC < 5; debug.ReadGCStats(&stats) {
		time.Sleep(100 * time.Millisecond)
	}
	os.Stdout.WriteString("ready\n")
	time.Sleep(time.Minute)
}
