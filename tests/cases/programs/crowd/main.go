// Crowd has many goroutines that wait for one thing that everybody reaches.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sync"
)

const crowd = 60_000

var gate = make(chan int)

func main() {
	var born sync.WaitGroup
	born.Add(crowd)
	for i := 0; i < crowd; i++ {
		go func() { born.Done(); <-gate }()
	}
	born.Wait()
	runtime.GC()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}
