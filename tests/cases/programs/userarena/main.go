//go:build goexperiment.arenas

// Userarena keeps lists in arenas of its own making, and what only these lists hold in the heap. One
// arena was freed. Nothing leaks: an arena is one block to the collector, however little of it is used.
package main

import (
	"arena"
	"fmt"
	"os"
	"runtime"
)

const nodes, payload = 1000, 4096

type node struct {
	next *node
	name string
	held *[payload]byte
	id   int
}

var (
	list  *node
	names []string
	bytes []byte
	mem   *arena.Arena
)

// fill makes a list in an arena. Its text is there too, its payload is not.
func fill(mem *arena.Arena) (list *node) {
	for i := 0; i < nodes; i++ {
		n := arena.New[node](mem)
		*n = node{next: list, held: new([payload]byte), id: i}
		text := arena.MakeSlice[byte](mem, 0, 1<<10)
		text = append(text, "the name of a node"...)
		n.name = string(text[4:8])
		list = n
	}
	return list
}

//go:noinline
func dropped() {
	mem := arena.NewArena()
	runtime.KeepAlive(fill(mem))
	mem.Free()
}

func main() {
	dropped()
	mem = arena.NewArena()
	list = fill(mem)
	bytes = arena.MakeSlice[byte](mem, 0, 1<<16)[:10:20]
	names = arena.MakeSlice[string](mem, 4, 1<<10)[:2:4]
	names[0], names[1] = list.name, list.next.name
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	fmt.Printf("{\"live\": %d}\n", nodes*payload)
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	runtime.KeepAlive(mem)
}
