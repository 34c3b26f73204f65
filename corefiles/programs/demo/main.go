// Demo is a small service with all seven leaks at once, among much that is in
// order. It imports little, because its binary ships with its core.
package main

import "gotopsy/programs/truth"

func main() {
	truth.Start("demo")
	startInnocent()

	truth.Begin("substring", "main.sessions")
	for user := range 100 {
		login(user)
	}
	truth.Begin("subslice", "main.incidents")
	for range 64 {
		scanLog()
	}
	truth.Begin("lost-elements", "main.uploads")
	handleUploads()

	truth.Begin("hung-goroutine", "")
	for range 40 {
		fetchOrGiveUp()
	}
	close(origin)
	if truth.Leaking {
		truth.Hung(40, "chan send")
	} else {
		truth.AwaitGoroutines(1 + innocentGoroutines)
	}
	truth.Begin("ticker", "")
	for range 800 {
		refresh()
	}
	truth.Begin("finalizer-cycle", "")
	for range 8 {
		connect()
	}
	truth.Begin("deferred-calls", "")
	export()
}
