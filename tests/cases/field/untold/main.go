// State behind words whose types do not say what they lead to: slices of maps, reflect.Values, the
// queues of a sync.Pool, labels of goroutines, values that unique made one. Leaked: documents of
// which maps in a slice keep a word, and documents of which what reflect.Values refer to does.
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
)

type note struct {
	word string
	next *note
}

type page struct {
	raw  [512]byte
	refs []*note
}

var (
	rows   []map[string]string
	values []reflect.Value
	pages  sync.Pool
	raws   sync.Pool
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

func main() {
	debug.SetGCPercent(-1)
	stop := make(chan struct{})
	var started sync.WaitGroup
	for i := 0; i < 80; i++ {
		rows = append(rows, map[string]string{"a": wordOf(i, inMaps), "b": strconv.Itoa(i)})
		note := &note{word: wordOf(i, inValues)}
		values = append(values, reflect.ValueOf(note), reflect.ValueOf(note).Elem())
	}
	for i := 0; i < 20; i++ {
		started.Add(1)
		labelled(strconv.Itoa(i), stop, &started)
	}
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
