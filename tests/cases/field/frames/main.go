// Workers that block with what they hold in their frames alone. Leaked: (1) texts of which a value
// that waits to be sent keeps a key, in a select and in a plain send; (2) texts of which a generic
// worker's own list keeps titles; (3) pages of which a generic worker's batch keeps headers. With a
// way of one of their names that leak alone is left out.
package main

import (
	"strings"
	"sync"
	"sync/atomic"

	"gotopsy/field/measure"
)

func fixed(leak string) bool { return measure.Fixed() || measure.Way() == leak }

type order struct {
	key   string
	count int
}

var (
	orders = make(chan order)
	slow   = make(chan *order)
	stop   = make(chan struct{})
	at     atomic.Int64
)

func text(i int) string { return strings.Repeat(string(rune('a'+i%26)), 16<<10) }

func keyOf(s, leak string) string {
	if fixed(leak) {
		return strings.Clone(s[:16])
	}
	return s[:16]
}

func offer(i int) {
	key := keyOf(text(i), "sent")
	at.Add(1)
	select {
	case orders <- order{key, i}:
	case <-stop:
	}
}

func push(i int) {
	o := &order{keyOf(text(i), "sent"), i}
	at.Add(1)
	slow <- o
}

type titled interface{ title() string }

type book struct {
	name  string
	pages int
}

func (b book) title() string { return b.name }

// ---- generic workers ----

func collect[T titled](n int, next func(int) T, done *sync.WaitGroup) {
	var list []T
	seen := map[string]*T{}
	for i := 0; i < n; i++ {
		v := next(i)
		list = append(list, v)
		seen[v.title()[:2]] = &v
	}
	done.Done()
	<-stop
	for _, v := range list {
		println(v.title(), len(seen))
	}
}

func batch[E any](n int, next func() []E, cut int, done *sync.WaitGroup) {
	heads := make([][]E, 0, n)
	for i := 0; i < n; i++ {
		page := next()
		if fixed("headers") {
			heads = append(heads, append([]E(nil), page[:cut]...))
		} else {
			heads = append(heads, page[:cut:cut])
		}
	}
	done.Done()
	<-stop
	println(len(heads[0]))
}

func main() {
	for i := 0; i < 60; i++ {
		go offer(i)
		go push(i)
	}
	var done sync.WaitGroup
	done.Add(3)
	go collect(40, func(i int) book { return book{keyOf(text(i), "titles"), i} }, &done)
	go collect(40, func(i int) *book { return &book{strings.Clone(text(i)[:16]), i} }, &done)
	go batch(30, func() []int32 { return make([]int32, 16<<10) }, 32, &done)
	done.Wait()
	measure.Until(func() bool { return at.Load() == 120 })
	measure.Ready(nil)
	for i := 0; i < 60; i++ {
		println((<-orders).key, (<-slow).key)
	}
	close(stop)
}
