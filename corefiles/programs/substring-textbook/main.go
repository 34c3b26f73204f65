// A short substring keeps the whole string alive.
package main

import (
	"strings"

	"gotopsy.programs/truth"
)

var s0 string

//go:noinline
func f(s1 string) {
	if truth.Leaking {
		s0 = s1[:50]
	} else {
		s0 = strings.Clone(s1[:50])
	}
	truth.Substring(s1, s0)
}

func main() {
	truth.Start("substring-textbook")
	truth.Begin("substring", "main.s0")
	f(truth.Text(1 << 20))
	truth.Done()
}
