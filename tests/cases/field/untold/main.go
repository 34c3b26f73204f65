// State behind words whose types do not say what they lead to: slices of maps, reflect.Values, the
// queues of a sync.Pool, labels of goroutines, attributes of loggers, values that unique made one; and
// what a global alone leads to, whose type a stripped program tells by what fits it: a tree, a generic
// list that only a shape fits, a list whose elements also look like lists, a map that also looks like
// one of tags. Decoders of long streams keep their buffers by design.
// Leaked: documents of which these, and an array of strings, and lists in frames of a generic
// function keep a word.
package main

import (
	"container/list"
	"context"
	"encoding/json"
	"log/slog"
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
	inChain  = 24 << 10
	inList   = 28 << 10
	inTable  = 32 << 10
	inTags   = 40 << 10
	inLogs   = 48 << 10
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

type pair[K comparable, V any] struct {
	key   K
	value V
}

// chain's nodes are of no type but a shape, where push is inlined.
type chain[T any] struct{ head *link[T] }

func (c *chain[T]) push(v T) { c.head = &link[T]{v, c.head} }

type tag string // a map of tags looks like a map of strings

var (
	chained = &chain[pair[string, int]]{}
	recent  = list.New()
	table   [80]string
	streams []any // *json.Decoder
	labels  = map[string]string{}
	kinds   = map[string]tag{}

	shelves *shelf
	rows    []map[string]string
	values  []reflect.Value
	loggers []*slog.Logger
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

// A decoder that has read a long message, and the beginning of the next one.
func newStream() *json.Decoder {
	d := json.NewDecoder(strings.NewReader(`"` + strings.Repeat("m", 30<<10) + `" [1,`))
	var message string
	if err := d.Decode(&message); err != nil {
		panic(err)
	}
	_ = d.Decode(&message) // which is not whole yet
	return d
}

// sink keeps the attributes of a logger.
type sink struct {
	slog.Handler
	attrs []slog.Attr
}

func (s *sink) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &sink{s.Handler, append(s.attrs[:len(s.attrs):len(s.attrs)], attrs...)}
}

func logger(i int) *slog.Logger {
	base := slog.New(&sink{Handler: slog.Default().Handler()})
	request := slog.Group("request", "id", wordOf(i, inLogs), "n", i)
	return base.With(slog.String("id", wordOf(i, inLogs)), slog.Int("n", i), request)
}

func main() {
	debug.SetGCPercent(-1)
	for i := 0; i < 20; i++ {
		streams = append(streams, newStream())
	}
	stop := make(chan struct{})
	var started sync.WaitGroup
	for i := 0; i < 80; i++ {
		rows = append(rows, map[string]string{"a": wordOf(i, inMaps), "b": strconv.Itoa(i)})
		shelves = shelves.put(wordOf(i, inTree))
		note := &note{word: wordOf(i, inValues)}
		chained.push(pair[string, int]{wordOf(i, inChain), i})
		recent.PushBack(wordOf(i, inList))
		table[i] = wordOf(i, inTable)
		if i < 8 { // one group of a map, or bucket
			labels[strconv.Itoa(i)] = wordOf(i, inTags)
			kinds[strconv.Itoa(i)] = tag(strconv.Itoa(i))
			loggers = append(loggers, logger(i))
		}
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
	println(len(rows), len(values), len(uniques), chained, recent, len(labels), len(kinds), len(streams), len(loggers))
}
