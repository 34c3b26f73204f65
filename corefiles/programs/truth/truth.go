// Package truth lets a program state what is true of its own heap, and then
// takes the program's core or waits for someone who does.
//
// What it states must not change what is true. Addresses become text in fixed
// arrays outside the heap the moment they are known, so that the statement
// keeps nothing alive, and nothing is allocated after the last collection, so
// that the core holds exactly what that collection left.
package truth

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Leaking tells a program whether to leak or to be its own twin, which does the
// same work with the leak fixed.
var Leaking bool

var (
	name  string
	core  string
	stats runtime.MemStats
	input [1]byte
)

// Start reads the mode from the command line, and must come first in main.
func Start(program string) {
	if len(os.Args) != 2 || os.Args[1] != "leak" && os.Args[1] != "twin" {
		fail("usage: "+program+" leak|twin", 2)
	}
	name = program
	core = os.Getenv("CORE")
	Leaking = os.Args[1] == "leak"
	startThreads()
}

// startThreads makes the runtime start more threads than it will need, and the
// timer heap of each P. Each thread is some 5 KiB of heap, and they all would
// else be allocated at any time: in one of leak and twin but not in the other,
// or after the last collection.
func startThreads() {
	const threads = 8
	var ready, done sync.WaitGroup
	release := make(chan struct{})
	ready.Add(threads)
	done.Add(threads)
	for i := 0; i < threads; i++ {
		go func() {
			time.Sleep(time.Millisecond)
			runtime.LockOSThread()
			ready.Done()
			<-release
			runtime.UnlockOSThread()
			done.Done()
		}()
	}
	ready.Wait()
	close(release)
	done.Wait()
}

// Done settles the heap, prints the statement, and ends the program the way
// CORE asks for. It never returns, so its caller's frame and what that frame
// has deferred are in the core.
func Done() {
	end()
	// One collection queues finalizers, one more frees what they let go, and
	// the rest empty the pools that age over two.
	for i := 0; i < 5; i++ {
		runtime.GC()
		runtime.Gosched()
	}
	runtime.GC()
	runtime.ReadMemStats(&stats)
	write(statement())
	switch core {
	case "abort":
		syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
		syscall.Pause()
	case "wait":
		// Not os.Stdin, which would allocate.
		for n := 1; n > 0; {
			n, _ = syscall.Read(0, input[:])
		}
	}
	os.Exit(0)
}

// Await polls until the program has come to the state it wants to be seen in.
func Await(what string, reached func() bool) {
	for i := 0; i < 10000; i++ {
		if reached() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	fail(name+": waited in vain for "+what, 1)
}

// AwaitGoroutines polls until only n goroutines of the program are left.
func AwaitGoroutines(n int) {
	Await("goroutines to end", func() bool { return runtime.NumGoroutine() <= n })
}

// Bytes returns n bytes of no interest, which are neither zero nor hard to
// compress.
func Bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

// Text is Bytes as a string.
func Text(n int) string { return string(Bytes(n)) }

func statement() text {
	line := text(lineSpace[:0])
	line.open('{')
	line.field("schema").quote("gotopsy-truth/1")
	line.field("case").quote(name)
	line.field("mode").quote(os.Args[1])
	line.field("go").quote(runtime.Version())
	line.field("pid").number(uint64(syscall.Getpid()))
	line.field("memstats").open('{')
	line.field("HeapAlloc").number(stats.HeapAlloc)
	line.field("HeapObjects").number(stats.HeapObjects)
	line.field("HeapInuse").number(stats.HeapInuse)
	line.field("StackInuse").number(stats.StackInuse)
	line.field("Mallocs").number(stats.Mallocs)
	line.field("Frees").number(stats.Frees)
	line.field("NumGC").number(uint64(stats.NumGC))
	line.field("NumGoroutine").number(uint64(runtime.NumGoroutine()))
	line.close('}')
	if findings == 1 {
		// A program with one finding states it flat.
		line.next()
		line = append(line, body[1:]...)
	} else {
		line.field("findings").open('[')
		line = append(line, body...)
		line.close(']')
		line.close('}')
	}
	return append(line, '\n')
}

func write(line []byte) {
	for len(line) > 0 {
		n, err := syscall.Write(1, line)
		if err != nil {
			fail("cannot write: "+err.Error(), 1)
		}
		line = line[n:]
	}
}

func fail(why string, status int) {
	os.Stderr.WriteString(why + "\n")
	os.Exit(status)
}

// text is JSON under construction. It never grows beyond the space it was cut
// from: append would move it to the heap.
type text []byte

// next separates what follows from what came before.
func (t *text) next() {
	if n := len(*t); n > 0 {
		switch (*t)[n-1] {
		case '{', '[', ':':
		default:
			*t = append(*t, ',')
		}
	}
	if cap(*t)-len(*t) < 1024 {
		fail(name+": no space left for the truth", 1)
	}
}

func (t *text) open(bracket byte)  { t.next(); *t = append(*t, bracket) }
func (t *text) close(bracket byte) { *t = append(*t, bracket) }

func (t *text) field(key string) *text {
	t.quote(key)
	*t = append(*t, ':')
	return t
}

func (t *text) raw(s string)    { t.next(); *t = append(*t, s...) }
func (t *text) quote(s string)  { t.next(); *t = strconv.AppendQuote(*t, s) }
func (t *text) number(n uint64) { t.next(); *t = strconv.AppendUint(*t, n, 10) }
func (t *text) address(p uintptr) {
	t.next()
	*t = append(*t, `"0x`...)
	*t = strconv.AppendUint(*t, uint64(p), 16)
	*t = append(*t, '"')
}
