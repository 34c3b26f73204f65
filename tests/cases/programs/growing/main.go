// Growing moves a goroutine to a larger stack when its stdin is closed, or lets the collector move it
// to a smaller one if it was built with early set. Only a variable on that stack
// holds a block, and it is reached by a pointer to it. Another goroutine is to be woken by this one.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

type block [1 << 20]byte

var early string

//go:noinline
func large(at int) byte {
	var room [32 << 10]byte
	room[at] = 1
	return room[len(room)-1-at]
}

//go:noinline
func grow(closed chan bool, held **block) byte {
	if early != "" {
		large(len(early))
	}
	closed <- true
	<-closed
	return large(len(closed)) + (*held)[0]
}

//go:noinline
func hold(wake chan byte, closed chan bool) {
	held := new(block)
	wake <- grow(closed, &held)
}

//go:noinline
func keeper(wake chan byte) { <-wake }

func main() {
	wake, closed := make(chan byte), make(chan bool)
	go keeper(wake)
	go hold(wake, closed)
	<-closed
	json.NewEncoder(os.Stdout).Encode(map[string]int{"bytes": len(block{})})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	if early != "" {
		runtime.GC()
	}
	closed <- true
	select {}
}
