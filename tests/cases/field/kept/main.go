// Small parts of large blocks, kept where a stripped binary has no type for the owner: the nodes of a
// list that generic code makes, short names in an array of a package variable, and prefixes of bodies
// in interfaces. Batches that are reset and keep what they had. And buffers of length 0 on a free
// list, which are no leak; and lists that only a parameter of a blocked goroutine holds.
package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"gotopsy/field/measure"
)

type pair[K comparable, V any] struct {
	key   K
	value V
	next  *pair[K, V]
}

type list[K comparable, V any] struct {
	head *pair[K, V]
	len  int
}

func (l *list[K, V]) push(key K, value V) {
	l.head = &pair[K, V]{key, value, l.head}
	l.len++
}

type row struct {
	name string
	next *row
}

type record struct {
	key   string
	value *[512]byte
}

type writer struct {
	batch   []record
	written int
}

type freeList struct{ buffers [][]byte }

var (
	hosts  list[int, string]
	rows   [16]row
	top    = rows[4:12]
	bodies = map[int]any{}
	free   freeList

	writers []*writer
)

func host(n int) string {
	line := fmt.Sprintf("host%05d ", n) + strings.Repeat("p", 5000)
	if measure.Fixed() {
		return strings.Clone(line[:9])
	}
	return line[:9]
}

func name() string {
	line := strings.Repeat("w", 100<<10)
	if measure.Fixed() {
		return strings.Clone(line[:5])
	}
	return line[:5]
}

func magic(n int) []byte {
	body, _ := io.ReadAll(bytes.NewReader(bytes.Repeat([]byte{byte(n)}, 8000)))
	if measure.Fixed() {
		return append([]byte(nil), body[:16]...)
	}
	return body[:16]
}

func (w *writer) write() {
	for i := 0; i < 40; i++ {
		w.batch = append(w.batch, record{"key", new([512]byte)})
	}
	if measure.Fixed() {
		clear(w.batch)
	}
	w.batch = w.batch[:0]
}

func serve[T any](items []T, use func(T), gate chan struct{}, started *sync.WaitGroup) {
	for _, item := range items {
		use(item)
	}
	started.Done()
	<-gate
	println(len(items))
}

func main() {
	for i := 0; i < 300; i++ {
		hosts.push(i, host(i))
	}
	for i := range top {
		top[i].name = name()
	}
	for i := 0; i < 100; i++ {
		bodies[i] = magic(i)
	}
	for i := 0; i < 40; i++ {
		free.buffers = append(free.buffers, make([]byte, 0, 32<<10))
	}
	for i := 0; i < 30; i++ {
		w := &writer{}
		w.write()
		writers = append(writers, w)
	}
	gate, started := make(chan struct{}), &sync.WaitGroup{}
	for i := 0; i < 3; i++ {
		started.Add(1)
		go serve(append([]int(nil), make([]int, 6000)...), func(int) {}, gate, started)
	}
	started.Wait()
	measure.Ready(nil)
	close(gate)
	println(len(writers), hosts.len, len(top), len(bodies), len(free.buffers))
}
