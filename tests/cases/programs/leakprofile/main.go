// The main function of the runtime's own programs that leak goroutines, in place of theirs: it runs
// one of them, waits until its goroutines have settled, writes the runtime's goroutineleak profile
// to a file and dumps core. What a program would print itself is dropped.
package main

import (
	"bytes"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"
	"time"
)

const (
	yieldCount = 10 // the programs' own constant
	interval   = 20 * time.Millisecond
	alike      = 5                // stacks that do not change so often in a row will not
	slower     = 10               // so often more where a goroutine may run: it may have had no processor
	patience   = 10 * time.Second // with goroutines that wait, and then do something again
	longest    = 40 * time.Second // with those that may run: others may have the processors
)

var (
	buffer = make([]byte, 1<<22)
	start  = time.Now()
)

var programs = map[string]func(){}

func register(name string, program func()) { programs[name] = program }

func registerInit(name string, program func()) {
	if os.Args[1] == name {
		program()
	}
}

// stacks is what the other goroutines do now, whatever the runtime has found out about them.
func stacks() []byte {
	_, others, _ := bytes.Cut(buffer[:runtime.Stack(buffer, true)], []byte("\n\n"))
	return bytes.ReplaceAll(others, []byte(" (leaked)"), nil)
}

// mayRun matches a goroutine on its way to where it blocks, or one that never does.
var mayRun = regexp.MustCompile(`(?m)^goroutine \d+ \[(running|runnable|preempted|copystack|GC )`)

// late tells whether a program has had its time.
func late(stacks []byte) bool {
	if mayRun.Match(stacks) {
		return time.Since(start) > longest
	}
	return time.Since(start) > patience
}

// settle returns when all stacks stay as they are, or may never do.
func settle() {
	before := stacks()
	for same := 0; same < alike*slower && !late(before); {
		time.Sleep(interval)
		now := stacks()
		switch {
		case !bytes.Equal(now, before):
			same = 0
		case mayRun.Match(now):
			same++
		default:
			same += slower
		}
		before = now
	}
}

// profile is the runtime's verdict on goroutines that were the same before it and after.
func profile() []byte {
	for {
		var text bytes.Buffer
		settle()
		before := stacks()
		must(pprof.Lookup("goroutineleak").WriteTo(&text, 2))
		if now := stacks(); bytes.Equal(now, before) || late(now) {
			return text.Bytes()
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// mainHangs is a program of ours: the main goroutine waits for ever, beside another one that does.
const mainHangs = "MainHangs"

func main() {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	must(err)
	os.Stdout = null
	if os.Args[1] == mainHangs {
		go func() { <-make(chan int) }()
		go finish()
		select {}
	}
	programs[os.Args[1]]()
	finish()
}

func finish() {
	debug.SetGCPercent(-1) // the core is to be of the collection that the profile asks for
	must(os.WriteFile(os.Args[2], profile(), 0o666))
	must(syscall.Kill(os.Getpid(), syscall.SIGABRT))
	time.Sleep(time.Hour) // with nothing to wait for, the runtime could call it a deadlock first
}
