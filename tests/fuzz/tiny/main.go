// Tiny is what the fuzz targets' debug information is of.
package main

type pair struct {
	name string
	next *pair
	all  map[string][]*pair
}

var pairs [4]pair

//go:noinline
func push(p *pair, n int) *pair {
	q := &pair{name: "x", next: p}
	for i := 0; i < n; i++ {
		q.all[q.name] = append(q.all[q.name], p)
	}
	return q
}

func main() { println(push(&pairs[0], 3).name) }
