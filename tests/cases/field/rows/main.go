// Rows of a table keep the first fields of a line. The slice of all fields is behind them, and its
// strings are of the line, too: to copy the strings alone frees nothing, to copy the slice alone
// frees the slices. A scanner that reads into one slice again and again is no leak.
package main

import (
	"fmt"
	"strings"

	"gotopsy/field/measure"
)

type row struct {
	cells  []string
	number int
}

type table struct {
	rows  []row
	byKey map[string]int
}

type scanner struct{ fields []string }

var (
	orders  = &table{byKey: map[string]int{}}
	reading scanner
)

func (t *table) add(line string) {
	cells := strings.Split(line, ",")[:3]
	if measure.Fixed() {
		copied := make([]string, 0, 3)
		for _, cell := range cells {
			copied = append(copied, strings.Clone(cell))
		}
		cells = copied
	}
	t.byKey[cells[0]] = len(t.rows)
	t.rows = append(t.rows, row{cells, len(t.rows)})
}

func (s *scanner) read(line string) {
	s.fields = append(s.fields[:0], strings.Split(line, ",")...)
}

func main() {
	for i := 0; i < 400; i++ {
		orders.add(fmt.Sprintf("key%d,value%d,state%d,", i, i, i) + strings.Repeat("abcdefghi,", 300))
	}
	reading.read(strings.Repeat("abcdefghi,", 300))
	reading.read("one,two")
	measure.Ready(nil)
	println(len(orders.rows), len(reading.fields))
}
