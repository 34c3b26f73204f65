// Blocks that several variables hold small parts of. The user's name is the key of a map, a field of
// the value behind it, an entry of a list and a field of an event, all of one line of input; a
// packet's checksum and its address are two fields in two structs, and now and then a third; what is
// left of a batch is seen by its owner and by a reader.
package main

import (
	"bytes"
	"fmt"
	"strings"

	"gotopsy/field/measure"
)

type user struct {
	name  string
	hits  int
	alias []string
}

type event struct {
	at  int
	who string
}

type packet struct {
	checksum []byte
	size     int
}

type route struct {
	hops    int
	address []byte
}

type part struct{ rows []*row }

type row struct{ cells []byte }

type reader struct {
	next int
	from []*row
}

var (
	users   = map[string]*user{}
	joined  []string
	events  []*event
	packets []*packet
	routes  = map[int]*route{}
	owner   part
	readers []*reader
)

func login(n int) {
	line := fmt.Sprintf("login user%04d ", n) + strings.Repeat("x", 6000)
	name := line[6:14]
	if measure.Fixed() {
		name = strings.Clone(name)
	}
	u := &user{name: name}
	if n%3 == 0 {
		u.alias = []string{name}
	}
	users[name] = u
	joined = append(joined, name)
	events = append(events, &event{at: n, who: name})
}

func receive(n int) {
	data := make([]byte, 9000)
	checksum, address := data[8000:8004:8004], data[16:32:32]
	if measure.Fixed() {
		checksum, address = bytes.Clone(checksum), bytes.Clone(address)
	}
	packets = append(packets, &packet{checksum, len(data)})
	routes[n] = &route{1, address}
	if n%4 == 0 {
		routes[-n] = &route{2, address}
	}
}

func readBatch() {
	all := make([]*row, 4096)
	for i := range all {
		all[i] = &row{make([]byte, 900)}
	}
	rest := all[4000:]
	if measure.Fixed() {
		rest = append([]*row(nil), rest...)
	}
	owner.rows = rest
	for i := 0; i < 3; i++ {
		readers = append(readers, &reader{i, rest[i*10:]})
	}
}

func main() {
	for i := 0; i < 400; i++ {
		login(i)
	}
	for i := 0; i < 300; i++ {
		receive(i)
	}
	readBatch()
	measure.Ready(nil)
	println(len(users), len(joined), len(events), len(packets), len(routes), len(owner.rows), len(readers))
}
