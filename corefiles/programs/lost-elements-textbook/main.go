// The elements cut off from a slice of pointers stay in its backing array, and
// keep alive what they point to.
package main

import "gotopsy.programs/truth"

type page [32 << 10]byte

var kept [64][]*page

//go:noinline
func h() []*page {
	s := []*page{new(page), new(page), new(page), new(page)}
	if !truth.Leaking {
		s[0], s[3] = nil, nil
	}
	middle := s[1:3:3]
	truth.LostElements(s, middle)
	return middle
}

func main() {
	truth.Start("lost-elements-textbook")
	truth.Begin("lost-elements", "main.kept")
	for i := range kept {
		kept[i] = h()
	}
	truth.Done()
}
