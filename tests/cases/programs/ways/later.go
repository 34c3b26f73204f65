//go:build go1.24

package main

import (
	"runtime"
	"weak"
)

type box struct{ c chan int }

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
		b := &box{make(chan int)}
		weakly = append(weakly, weak.Make(b))
		go opener(born, b)
		return nil
	}}
}
