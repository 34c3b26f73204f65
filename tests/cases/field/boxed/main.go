// Slices behind atomic.Pointer[T] of package variables, whose T nothing but the pointer names, in a
// program with many types. Leaked: each slice keeps a few elements of a large block of numbers.
// Innocent: the same holders of blocks that slices use throughout, whole or in parts, with wide
// elements, by generic code and by reflection.
package main

import (
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

const count = 20

type pair struct {
	body []byte
	n    int
}

type named struct {
	name string
	body []byte
}

type dated struct {
	body []byte
	at   time.Time
}

type halves struct{ left, right []byte }

type cache struct {
	mu   sync.Mutex
	body []byte
	seen map[string]int
}

type link struct {
	body []byte
	next *link
}

type answer struct {
	header http.Header
	body   []byte
}

type reading struct {
	at     int64
	values [4]float64
}

type table[T any] struct{ rows atomic.Pointer[[]T] }

func (t *table[T]) set(rows []T) { t.rows.Store(&rows) }

// The leaks.
var (
	heads   [count]atomic.Pointer[[]byte]
	samples [count]atomic.Pointer[[]int64]
	newest  atomic.Pointer[[]byte]
	last    *[]float64
	pairs   [count]atomic.Pointer[pair]
	names   [count]atomic.Pointer[named]
	dates   [count]atomic.Pointer[dated]
	both    [count]atomic.Pointer[halves]
	caches  [count]atomic.Pointer[cache]
	links   [count]atomic.Pointer[link]
	answers [count]atomic.Pointer[answer]
)

// The innocent.
var (
	whole  [count]atomic.Pointer[[]byte]
	parts  [2 * count]*[]reading
	tables [count]table[reading]
	made   [count]*[]float64
	lists  [count]atomic.Pointer[[][4]uint16]
)

func cut[T any](s []T, n int) []T {
	if measure.Fixed() {
		return append([]T(nil), s[:n]...)
	}
	return s[:n:n]
}

func noise(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i*7 + size)
	}
	return b
}

func body(kib int) []byte { return cut(noise(kib<<10), 64) }

func leak() {
	for i := range heads {
		head := cut(noise(20<<10), 64+i%8)
		heads[i].Store(&head)
		sample := cut(make([]int64, 3000), 10)
		samples[i].Store(&sample)
		pairs[i].Store(&pair{body(17), i})
		names[i].Store(&named{"name", body(19)})
		dates[i].Store(&dated{body(23), time.Now()})
		both[i].Store(&halves{body(27), body(29)})
		caches[i].Store(&cache{body: body(31), seen: map[string]int{"a": 1}})
		links[i].Store(&link{body(33), &link{}})
		answers[i].Store(&answer{http.Header{"A": {"b"}}, body(35)})
	}
	head := body(900)
	newest.Store(&head)
	tail := cut(make([]float64, 50000), 20)
	last = &tail
}

func innocent() {
	for i := range whole {
		b := noise(20 << 10)
		whole[i].Store(&b)
		tables[i].set(make([]reading, 100))
		v := reflect.New(reflect.TypeOf([]float64{}))
		v.Elem().Set(reflect.MakeSlice(v.Elem().Type(), 900, 1000))
		made[i] = v.Interface().(*[]float64)
		list := make([][4]uint16, 0, 100)
		for j := 0; j < 700; j++ {
			list = append(list, [4]uint16{uint16(j)})
		}
		lists[i].Store(&list)
	}
	for i := 0; i < len(parts); i += count {
		rows := make([]reading, count*30)
		for j := 0; j < count; j++ {
			part := rows[j*30 : (j+1)*30 : (j+1)*30]
			parts[i+j] = &part
		}
	}
}

func main() {
	leak()
	innocent()
	measure.Ready(nil)
	http.Get("")
}
