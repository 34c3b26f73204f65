//go:build goexperiment.synctest && !go1.25

package main

import "testing/synctest"

func main() {
	synctest.Run(func() {
		started := start()
		synctest.Wait()
		ready(started)
	})
}
