//go:build go1.23

package main

import (
	"strconv"
	"unique"
)

type place struct{ host, zone string }

func makeUnique() []any {
	var all []any
	for i := 0; i < 300; i++ {
		all = append(all, unique.Make(place{"host" + strconv.Itoa(i), strconv.Itoa(i % 7)}))
	}
	return all
}
