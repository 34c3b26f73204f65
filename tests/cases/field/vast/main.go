// A store that makes its tables as large as they may ever get, and fills few of their elements. Its
// core is a file of holes. Two mistakes: a header of a few bytes is cut from a large buffer, and a
// queue of records is cut to its first ones. With a number as its argument, it has that many tables
// of 1 GiB and 1,000 records more: a core that is larger than memory.
package main

import (
	"runtime/debug"
	"strconv"
	"unsafe"

	"gotopsy/field/measure"
)

type record struct {
	id   int
	body [7]int
}

type row struct {
	name string
	last *record
	size int
	text []byte
}

const (
	page    = 4096
	each    = 40 // filled elements of a table
	kept    = 16 // elements of the queue that its owner keeps
	header  = 100
	written = 3 // pages of the buffer
	apart   = 1000
)

var (
	records []*record
	names   []string
	rows    []row
	values  []any
	queue   []*record
	head    []byte
	more    [][]*record
)

// Indices of elements at the start, in the middle and at the end of the table's pages.
func places(count, size int) []int {
	found := []int{0, 1, count - 1}
	for i := 1; len(found) < each; i++ {
		at := i * (count * size / each) / page * page / size
		found = append(found, at, at+1, at+page/size-1)
	}
	return found[:each]
}

func fill(size int) {
	records = make([]*record, size/int(unsafe.Sizeof(records[0])))
	for _, at := range places(len(records), 8) {
		records[at] = &record{id: at}
	}
	names = make([]string, size/16)
	for _, at := range places(len(names), 16) {
		names[at] = string(make([]byte, 200))
	}
	rows = make([]row, size/int(unsafe.Sizeof(row{})))
	for i, at := range places(len(rows), int(unsafe.Sizeof(row{}))) {
		switch i % 3 {
		case 0:
			rows[at].name = string(make([]byte, 48))
		case 1:
			rows[at].last = &record{id: at}
		case 2:
			rows[at].text = make([]byte, 300)
		}
	}
	values = make([]any, size/16)
	for i, at := range places(len(values), 16) {
		if i%2 == 0 {
			values[at] = &record{id: at}
		} else {
			values[at] = string(make([]byte, 64))
		}
	}
}

func fillMore(tables int) {
	for i := 0; i < tables; i++ {
		table := make([]*record, 1<<30/8)
		for j := 0; j < apart; j++ {
			table[j*(len(table)/apart)] = &record{id: j}
		}
		more = append(more, table)
	}
}

func main() {
	debug.SetGCPercent(-1) // a collection would read all of it
	size := 1 << 30
	if measure.Way() == "small" {
		size = 2 << 20
	}
	fill(size)
	all := make([]*record, size/8)
	lost := 0
	for _, at := range places(len(all), 8) {
		all[at] = &record{id: at}
		if at >= kept {
			lost++
		}
	}
	queue = all[:kept:kept]
	buffer := make([]byte, size)
	for i := 0; i < written; i++ {
		buffer[i*page*100] = 1
	}
	head = buffer[:header:header]
	if tables, err := strconv.Atoi(measure.Way()); err == nil {
		fillMore(tables)
	}
	measure.Tell(map[string]any{
		"size": size, "lost": lost, "lost_bytes": lost * int(unsafe.Sizeof(record{})), "wasted": size - header,
	})
}
