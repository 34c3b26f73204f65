// Package variables in every shape that a composite literal gives them. Each keeps names of eight
// bytes out of documents of a size of its own, so that the size says which of them a finding is of.
package main

import (
	"strings"
	"sync"

	"gotopsy/field/literals/audit"
	"gotopsy/field/measure"
)

const documents = 20 // of each size

// A slice of pointers: an array, and a shard beside it for each.
type shard struct {
	names []string
	id    int
}

var shards = []*shard{{id: 1}, {id: 2}, {id: 3}}

// Three structs, each behind a pointer of the one before.
type index struct{ names []string }

type storage struct {
	path  string
	index *index
}

type server struct {
	addr    string
	storage *storage
}

var app = &server{addr: ":80", storage: &storage{path: "/", index: &index{}}}

// A slice of structs.
type lane struct {
	speed int
	names []string
}

var lanes = []lane{{speed: 1}, {speed: 2}, {speed: 3}, {speed: 4}}

// A pointer to an array.
type cell struct {
	names map[int]string
	row   int
}

var grid = &[3]cell{{row: 1}, {row: 2}, {row: 3}}

// Behind an interface.
type store interface{ put(name string) }

type memory struct {
	puts  int
	names []string
}

func (m *memory) put(name string) {
	m.puts++
	m.names = append(m.names, name)
}

var kept store = &memory{}

// In an empty interface, in a struct.
type plugin struct {
	title string
	state any
}

type pluginState struct{ names []string }

var plugins = &plugin{title: "count", state: &pluginState{}}

// A generic type.
type lru[K comparable, V any] struct {
	entries map[K]V
	room    int
}

type entry struct{ name string }

var cache = &lru[int, *entry]{room: 100}

// A table of methods, each with what it keeps.
type route struct {
	path   string
	handle func(*routeState, string)
	state  *routeState
}

type routeState struct{ names []string }

var routes = []*route{
	{"/", func(*routeState, string) {}, nil},
	{"/add", func(s *routeState, name string) { s.names = append(s.names, name) }, &routeState{}},
}

// Embedded, by value and by pointer.
type base struct{ names []string }

type deep struct {
	level int
	base
}

type outer struct {
	*deep
	title string
}

var out = &outer{deep: &deep{level: 1}, title: "out"}

// Made when it is first used.
type single struct{ names []string }

var (
	once sync.Once
	one  *single
)

func theOne() *single {
	once.Do(func() { one = &single{} })
	return one
}

func name(size int) string {
	document := strings.Repeat("n", 8) + strings.Repeat(".", size-8)
	if measure.Fixed() {
		return strings.Clone(document[:8])
	}
	return document[:8]
}

func main() {
	grid[1].names = map[int]string{}
	cache.entries = map[int]*entry{}
	for i := 0; i < documents; i++ {
		shards[2].names = append(shards[2].names, name(4096))
		app.storage.index.names = append(app.storage.index.names, name(5376))
		lanes[3].names = append(lanes[3].names, name(6144))
		grid[1].names[i] = name(6784)
		kept.put(name(8192))
		state := plugins.state.(*pluginState)
		state.names = append(state.names, name(9472))
		cache.entries[i] = &entry{name(10240)}
		routes[1].handle(routes[1].state, name(12288))
		out.names = append(out.names, name(13568))
		theOne().names = append(theOne().names, name(14336))
		audit.Log.Names = append(audit.Log.Names, name(16384))
	}
	measure.Ready(nil)
	println(len(lanes), app.addr, kept != nil, plugins.title, routes[0].path, out.title)
}
