//go:build go1.23

package main

import "iter"

// Goroutines: two that were pulled once, two that pull each other; and beside who pulled them, two
// that wait for each other's channel, one whose channel nobody has, and one whose channel is known.
const iterators = (2 + 2 + 4 + 2 + 2) * each

type pull = func() (int, bool)

var (
	next   [each]pull
	answer = make(chan int)
)

func abandoned(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func resumed(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

// embraced has the other's pull on its stack while it is parked, and the other has its.
func embraced(other *pull) func(func(int) bool) {
	return func(yield func(int) bool) {
		yield(1)
		(*other)()
	}
}

//go:noinline
func embrace() {
	var one, two pull
	one, _ = iter.Pull(embraced(&two))
	two, _ = iter.Pull(embraced(&one))
	one()
	two()
}

// crossed pulls from what gives the other of its kind something as soon as it was given it.
func crossed(from, to chan int) {
	pullOnce(func(yield func(int) bool) {
		to <- <-from
		yield(1)
	})
}

func deserted(from chan int) {
	pullOnce(func(yield func(int) bool) { yield(<-from) })
}

func answered(from chan int) {
	pullOnce(func(yield func(int) bool) { yield(<-from) })
}

func pullOnce(from iter.Seq[int]) {
	once, stop := iter.Pull(from)
	once()
	stop()
}

//go:noinline
func block() {
	one, two := make(chan int), make(chan int)
	go crossed(one, two)
	go crossed(two, one)
	go deserted(make(chan int))
	go answered(answer)
}

//go:noinline
func iterate() {
	for i := range next {
		embrace()
		block()
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
		answer <- i
	}
	return sum
}
