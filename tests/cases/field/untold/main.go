// State behind words whose types do not say what they lead to: slices of maps, reflect.Values, the
// queues of a sync.Pool, labels of goroutines, values that unique made one; and a tree that a global
// alone leads to, whose type a stripped program tells by what fits it. Leaked: documents of which
// maps in a slice, what reflect.Values refer to, the tree, and lists in frames of a generic function
// keep a word.
package main

import (
	"context"
	"reflect"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const (
	inMaps   = 8 << 10 // sizes of documents, by which a test tells who keeps them
	inValues = 12 << 10
	inTree   = 16 << 10
	inFrames = 20 << 10
)

type note struct {
	word string
	next *note
}

type page struct {
	raw  [512]byte
	refs []*note
}

type shelf struct {
	left, right *shelf
	count       int
	title       string
	pages       []*note
	open        func() error
}

func (s *shelf) put(title string) *shelf {
	if s == nil {
		return &shelf{title: title, count: 1, pages: []*note{{word: "first"}}}
	}
	if s.count++; s.count%2 == 0 {
		s.left = s.left.put(title)
	} else {
		s.right = s.right.put(title)
	}
	return s
}

var (
	shelves *shelf
	rows    []map[string]string
	values  []reflect.Value
	pages   sync.Pool
	raws    sync.Pool
)

// A word of a document, which the leak keeps whole.
func wordOf(i, size int) string {
	word := strings.Repeat(strconv.Itoa(100+i%900), (size-8)/3)[:12]
	if measure.Fixed() {
		word = strings.Clone(word)
	}
	return word
}

func labelled(name string, stop <-chan struct{}, started *sync.WaitGroup) {
	labels := pprof.Labels("name", strings.Repeat(name, 20), "kind", "worker")
	go pprof.Do(context.Background(), labels, func(context.Context) {
		started.Done()
		<-stop
	})
}

type link[T any] struct {
	value T
	next  *link[T]
}

// One function of one shape for all that T points to.
func hold[T any](newValue func(int) T, stop <-chan struct{}, started *sync.WaitGroup) {
	var first *link[T]
	for i := 0; i < 40; i++ {
		first = &link[T]{newValue(i), first}
	}
	started.Done()
	<-stop
	for ; first != nil; first = first.next {
		keep(first.value)
	}
}

//go:noinline
func keep(any) {}

type letter struct {
	text string
	to   *letter
}

type parcel struct {
	letters []*letter
	label   string
}

func newLetter(i int) *letter { return &letter{text: wordOf(i, inFrames)} }

func newParcel(i int) *parcel { return &parcel{label: wordOf(i, inFrames)} }

func main() {
	debug.SetGCPercent(-1)
	stop := make(chan struct{})
	var started sync.WaitGroup
	for i := 0; i < 80; i++ {
		rows = append(rows, map[string]string{"a": wordOf(i, inMaps), "b": strconv.Itoa(i)})
		shelves = shelves.put(wordOf(i, inTree))
		note := &note{word: wordOf(i, inValues)}
		values = append(values, reflect.ValueOf(note), reflect.ValueOf(note).Elem())
	}
	for i := 0; i < 20; i++ {
		started.Add(1)
		labelled(strconv.Itoa(i), stop, &started)
	}
	started.Add(2)
	go hold(newLetter, stop, &started)
	go hold(newParcel, stop, &started)
	started.Wait()
	uniques := makeUnique()
	measure.Collect()
	for i := 0; i < 300; i++ { // what is in a pool survives one collection only
		pages.Put(&page{refs: []*note{{word: strconv.Itoa(i)}}})
		raws.Put(new([4096]byte))
	}
	time.Sleep(10 * time.Millisecond)
	measure.Tell(nil)
	close(stop)
	println(len(rows), len(values), len(uniques))
}
