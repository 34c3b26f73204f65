//go:build go1.23

package main

import "iter"

const iterators = 2 * each

var next [each]func() (int, bool)

func abandoned(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func resumed(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

//go:noinline
func iterate() {
	for i := range next {
		lost, _ := iter.Pull(abandoned)
		lost()
		next[i], _ = iter.Pull(resumed)
		next[i]()
	}
}

func resume() (sum int) {
	for _, n := range next {
		i, _ := n()
		sum += i
	}
	return sum
}
