// Tickers that were dropped without Stop. They leak up to Go 1.22, and later
// where asynctimerchan=1, which is what this module's go line defaults to.
package main

import (
	"time"

	"gotopsy.programs/truth"
)

const (
	tickers = 8000
	period  = time.Hour
)

//go:noinline
func tick() {
	all := make([]*time.Ticker, tickers)
	for i := range all {
		all[i] = time.NewTicker(period)
		truth.AbandonedTicker(all[i], period)
		if !truth.Leaking {
			all[i].Stop() // there is never more than one
		}
	}
}

func main() {
	truth.Start("ticker-textbook")
	truth.Begin("ticker", "")
	tick()
	truth.Done()
}
