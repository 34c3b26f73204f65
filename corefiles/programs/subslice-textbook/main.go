// A short subslice keeps the whole backing array alive.
package main

import "gotopsy.programs/truth"

var s0 []int

//go:noinline
func g(s1 []int) {
	tail := s1[len(s1)-30:]
	if truth.Leaking {
		s0 = tail
	} else {
		s0 = append([]int(nil), tail...)
	}
	truth.Subslice(s1, s0)
}

func main() {
	truth.Start("subslice-textbook")
	truth.Begin("subslice", "main.s0")
	g(make([]int, 1<<17))
	truth.Done()
}
