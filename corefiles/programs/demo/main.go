// Demo is a small service with all seven leaks at once, among much that is in
// order. It imports little, because its binary ships with its core.
package main

import "gotopsy.programs/truth"

func main() {
	truth.Start("demo")
	startInnocent()

	truth.Begin("substring", "main.sessions")
	for user := 0; user < 100; user++ {
		login(user)
	}
	truth.Begin("subslice", "main.incidents")
	for i := 0; i < 64; i++ {
		scanLog()
	}
	truth.Begin("lost-elements", "main.uploads")
	handleUploads()

	truth.Begin("hung-goroutine", "")
	for i := 0; i < 40; i++ {
		fetchOrGiveUp()
	}
	close(origin)
	if truth.Leaking {
		truth.Hung(40, "chan send")
	} else {
		truth.AwaitGoroutines(1 + innocentGoroutines)
	}
	truth.Begin("ticker", "")
	for n := 0; n < 800; n++ {
		refresh()
	}
	truth.Begin("finalizer-cycle", "")
	for i := 0; i < 8; i++ {
		connect()
	}
	truth.Begin("deferred-calls", "")
	export()
}
