// Demo is a small service with all seven leaks at once, among much that is in
// order. It imports little, because its binary ships with its core.
package main

import (
	"os"
	"runtime"

	"gotopsy.programs/truth"
)

var leaking bool

// begin is truth.Begin for a leak that FIX does not name: what is fixed alone
// can be measured alone.
func begin(kind, holder string) {
	truth.Leaking = leaking && kind != os.Getenv("FIX")
	truth.Begin(kind, holder)
}

func main() {
	truth.Start("demo")
	leaking = truth.Leaking
	startInnocent()

	begin("substring", "main.sessions")
	for user := 0; user < 100; user++ {
		login(user)
	}
	begin("subslice", "main.incidents")
	for i := 0; i < 64; i++ {
		scanLog()
	}
	begin("lost-elements", "main.uploads")
	handleUploads()

	begin("hung-goroutine", "")
	for i := 0; i < 40; i++ {
		fetchOrGiveUp()
	}
	close(origin)
	if truth.Leaking {
		truth.Hung(40, "chan send")
	} else {
		truth.AwaitGoroutines(1 + innocentGoroutines)
	}
	begin("ticker", "")
	// Each P has a list of its timers. On one P, what it takes does not depend on
	// where the goroutine was preempted.
	processors := runtime.GOMAXPROCS(1)
	for n := 0; n < 800; n++ {
		refresh()
	}
	runtime.GOMAXPROCS(processors)
	begin("finalizer-cycle", "")
	for i := 0; i < 8; i++ {
		connect()
	}
	begin("deferred-calls", "")
	export()
}
