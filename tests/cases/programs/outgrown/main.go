// Outgrown once had so many goroutines that the runtime's list of them has just grown. They ended.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"
)

//go:linkname allgs runtime.allgs
var allgs []unsafe.Pointer

func main() {
	var ended sync.WaitGroup
	release := make(chan bool)
	for n := 0; n < 1000 && (cap(allgs) < 2*len(allgs) || len(allgs) < 64); n++ {
		ended.Add(1)
		go func() {
			defer ended.Done()
			<-release
		}()
	}
	close(release)
	ended.Wait()
	runtime.GC()
	runtime.GC()
	spare := cap(allgs) - len(allgs)
	json.NewEncoder(os.Stdout).Encode(map[string]int{"spare": spare * 8, "used": len(allgs) * 8})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
