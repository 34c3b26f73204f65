// Mainwaits lets its main goroutine wait in the way that MAIN_WAITS names. It is ready when it does.
package main

import (
	"bytes"
	"os"
	"regexp"
	"runtime"
	"sync"
	"time"
)

var first, second sync.Mutex

//go:noinline
func embrace(both *sync.WaitGroup) {
	second.Lock()
	both.Done()
	both.Wait()
	first.Lock()
}

// serve holds what main waits for, and may give it.
//
//go:noinline
func serve(c chan int) {
	time.Sleep(time.Hour)
	c <- 1
}

var ways = map[string]func(){
	"select": func() { select {} },
	"own":    func() { <-make(chan int) },
	"group": func() {
		group := new(struct {
			sync.WaitGroup
			_ [16]byte
		})
		group.Add(1)
		group.Wait()
	},
	"served": func() {
		c := make(chan int)
		go serve(c)
		<-c
	},
	"embrace": func() {
		both := new(sync.WaitGroup)
		both.Add(2)
		go embrace(both)
		first.Lock()
		both.Done()
		both.Wait()
		second.Lock()
	},
}

var running = regexp.MustCompile(`goroutine \d+ \[(running|runnable)`)

// watch says that the program is ready when nobody but itself runs or could run.
func watch() {
	text := make([]byte, 1<<16)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		all := text[:runtime.Stack(text, true)]
		if len(running.FindAll(all, -1)) == 1 && bytes.Contains(all, []byte("\ngoroutine 1 [")) {
			os.Stdout.WriteString("ready\n")
			break
		}
	}
	os.Stdin.Read(make([]byte, 1))
}

func main() {
	go watch()
	ways[os.Getenv("MAIN_WAITS")]()
}
