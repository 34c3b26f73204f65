package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// What the runtime itself holds for whoever waits.
func init() {
	others["ownSignal"] = way{1, func(born chan<- int) any {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR2)
		go func() { born <- id(); <-c }()
		return nil
	}}
	others["after"] = way{1, func(born chan<- int) any {
		go func() { born <- id(); <-time.After(time.Hour) }()
		return nil
	}}
	others["ticker"] = way{1, func(born chan<- int) any {
		go func() {
			born <- id()
			for range time.NewTicker(time.Hour).C {
			}
		}()
		return nil
	}}
	others["timeout"] = way{1, func(born chan<- int) any {
		go func() {
			born <- id()
			select {
			case <-make(chan int):
			case <-time.After(time.Hour):
			}
		}()
		return nil
	}}
}

// What only a goroutine that hangs itself has, wherever it keeps it.
func init() {
	holders["hungBuffer"] = func(key any) {
		c := make(chan any, 1)
		c <- key
		begun(func() { c <- nil; use(<-c) })
	}
	holders["hungDefer"] = func(key any) {
		begun(func() {
			for i := 0; i < 2; i++ {
				defer use(key)
			}
			<-make(chan int)
		})
	}
	holders["hungElement"] = func(key any) {
		begun(func() { make(chan any) <- key })
	}
	holders["hungTimer"] = func(key any) {
		begun(func() {
			t := time.AfterFunc(time.Hour, func() { use(key) })
			t.Stop()
			<-make(chan int)
			t.Reset(time.Hour)
		})
	}
}
