// A defer in a loop runs when the function returns, not when the round ends.
package main

import (
	"sync"

	"gotopsy.programs/truth"
)

const rounds = 2000

type account struct {
	mu      sync.Mutex
	history [4 << 10]byte
}

func (a *account) settle() { a.history[0]++ }

//go:noinline
func settleAll() {
	for i := 0; i < rounds; i++ {
		a := new(account)
		if truth.Leaking {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.settle()
			continue
		}
		func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.settle()
		}()
	}
	truth.DeferredCalls("main.settleAll", rounds)
	truth.Done()
}

func main() {
	truth.Start("deferred-calls-textbook")
	truth.Begin("deferred-calls", "")
	settleAll()
}
