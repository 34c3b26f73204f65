//go:build go1.25

package main

import (
	"testing"
	"testing/synctest"
)

func inBubble(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		started := start()
		synctest.Wait()
		ready(started)
	})
}

func main() {
	match := func(string, string) (bool, error) { return true, nil }
	testing.Main(match, []testing.InternalTest{{Name: "bubble", F: inBubble}}, nil, nil)
}
