// Stores with a finalizer whose own parts lead back to them, through a pointer, a closure and a map:
// they are never finalized. Fixed, the finalizer is on a part that leads nowhere.
package main

import (
	"runtime"

	"gotopsy/field/measure"
)

type handle struct{ fd, refs int }

type store struct {
	file   *handle
	index  []uint64
	worker *compactor
	hooks  map[string]func()
}

type compactor struct {
	store *store
	name  string
}

type listener struct {
	notify func(string)
	log    []byte
}

func finalize[T any](object *T, file *handle) {
	if measure.Fixed() {
		runtime.SetFinalizer(file, func(h *handle) { h.fd = -1 })
	} else {
		runtime.SetFinalizer(object, func(*T) { file.fd = -1 })
	}
}

func openStore(i int) {
	s := &store{file: &handle{fd: i}, index: make([]uint64, 4096)}
	s.worker = &compactor{store: s, name: "compactor"}
	s.hooks = map[string]func(){"sync": func() { s.file.refs++ }}
	finalize(s, s.file)
}

func openListener(i int) {
	l := &listener{log: make([]byte, 48<<10)}
	l.notify = func(line string) { l.log = append(l.log, line...) }
	finalize(l, &handle{fd: i})
}

func main() {
	for i := 0; i < 40; i++ {
		openStore(i)
		openListener(i)
	}
	measure.Ready(nil)
}
