//go:build go1.24

package main

import (
	"runtime"
	"time"
	"weak"
)

type box struct {
	c    chan int
	next weak.Pointer[box]
}

var weakly []weak.Pointer[box]

// opener waits on what a weak pointer leads to as well.
func opener(born chan<- int, b *box) {
	born <- id()
	<-b.c
	runtime.KeepAlive(b)
}

func init() {
	holders["cleanup"] = func(key any) {
		t := &thing{"with a cleanup"}
		runtime.AddCleanup(t, use, key)
		things = append(things, t)
	}
	others["weak"] = way{1, func(born chan<- int) any {
		b := &box{c: make(chan int)}
		weakly = append(weakly, weak.Make(b))
		go opener(born, b)
		return nil
	}}
	// One leads to the next, each held by a goroutine alone.
	others["weakRow"] = way{5, func(born chan<- int) any {
		var next weak.Pointer[box]
		for i := 0; i < 5; i++ {
			b := &box{make(chan int), next}
			next = weak.Make(b)
			go opener(born, b)
		}
		weakly = append(weakly, next)
		return nil
	}}
	// The runtime keeps the handle of a weak pointer, which nobody has.
	never["weakLost"] = way{1, func(born chan<- int) any {
		b := &box{c: make(chan int)}
		weak.Make(b)
		go opener(born, b)
		return nil
	}}
	// With asynctimerchan=1, which go.mod sets where it is known, a heap may have it for a while.
	never["stopped"] = way{1, func(born chan<- int) any {
		t := time.NewTimer(time.Hour)
		t.Stop()
		go func() { born <- id(); <-t.C }()
		return nil
	}}
}
