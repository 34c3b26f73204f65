// Ways blocks goroutines in every way that there is, each beside somebody who could wake them, or
// nobody. It states the ids of all: by holder, and by way.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A way starts so many goroutines that block, and returns what somebody must hold to wake them.
type way struct {
	count int
	start func(born chan<- int) any
}

// id is the current goroutine's, which only its traceback tells.
func id() int {
	line := make([]byte, 64)
	line = line[:runtime.Stack(line, false)]
	n, err := strconv.Atoi(string(bytes.Fields(line)[1]))
	if err != nil {
		panic(err)
	}
	return n
}

var ways = map[string]way{
	"receive": {1, func(born chan<- int) any {
		c := make(chan int)
		go receiver(born, c)
		return c
	}},
	"send": {1, func(born chan<- int) any {
		c := make(chan int)
		go sender(born, c)
		return c
	}},
	"sendFull": {1, func(born chan<- int) any {
		c := make(chan int, 1)
		c <- 1
		go sender(born, c)
		return c
	}},
	"range": {1, func(born chan<- int) any {
		c := make(chan int)
		go ranger(born, c)
		return c
	}},
	"select": {1, func(born chan<- int) any {
		a, b := make(chan int), make(chan int)
		go selector(born, a, b)
		return b // one of them is enough
	}},
	"selectNil": {1, func(born chan<- int) any {
		c := make(chan int)
		go selector(born, nil, c)
		return c
	}},
	"mutex": {1, func(born chan<- int) any {
		m := lone[sync.Mutex]()
		m.Lock()
		go locker(born, m)
		return m
	}},
	"inStruct": {1, func(born chan<- int) any {
		m := new(account)
		m.Lock()
		go locker(born, m)
		return &m.name
	}},
	"rwRead": {1, func(born chan<- int) any {
		m := lone[sync.RWMutex]()
		m.Lock()
		go locker(born, m.RLocker())
		return m
	}},
	"rwWrite": {1, func(born chan<- int) any {
		m := lone[sync.RWMutex]()
		m.RLock()
		go locker(born, m)
		return m
	}},
	"waitGroup": {1, func(born chan<- int) any {
		wg := lone[sync.WaitGroup]()
		wg.Add(1)
		go waiter(born, wg)
		return wg
	}},
	"condition": {1, func(born chan<- int) any {
		c := sync.NewCond(lone[sync.Mutex]())
		go sleeper(born, c)
		return c
	}},
	"once": {2, func(born chan<- int) any {
		c, once := make(chan int), lone[sync.Once]()
		inside := make(chan bool)
		go first(born, once, c, inside)
		<-inside
		go second(born, once)
		return c
	}},
	"labelled": {1, func(born chan<- int) any {
		c := make(chan int)
		go labelled(born, c)
		return c
	}},
	"context": {1, func(born chan<- int) any {
		ctx, cancel := context.WithCancel(context.Background())
		go done(born, ctx)
		return cancel
	}},
	"pipeline": {4, func(born chan<- int) any {
		c := make(chan int)
		var in chan int = c
		for i := 0; i < 3; i++ {
			out := make(chan int)
			go stage(born, in, out)
			in = out
		}
		go receiver(born, in)
		return c
	}},
	"group": {3, func(born chan<- int) any {
		c, wg := make(chan int), lone[sync.WaitGroup]()
		wg.Add(2)
		for i := 0; i < 2; i++ {
			go worker(born, c, wg)
		}
		go waiter(born, wg)
		return c
	}},
	"embrace": {2, func(born chan<- int) any {
		a, b := lone[sync.Mutex](), lone[sync.Mutex]()
		var both sync.WaitGroup
		both.Add(2)
		go embracer(born, &both, a, b)
		go embracer(born, &both, b, a)
		return a
	}},
}

// never are the ways that no goroutine can end, whatever it holds.
var never = map[string]way{
	"nilReceive":    {1, func(born chan<- int) any { go receiver(born, nil); return nil }},
	"nilSend":       {1, func(born chan<- int) any { go sender(born, nil); return nil }},
	"selectNothing": {1, func(born chan<- int) any { go nothing(born); return nil }},
	"selectNils":    {1, func(born chan<- int) any { go selector(born, nil, nil); return nil }},
}

// others are ways in which somebody holds what would wake them already.
var others = map[string]way{}

// alone is a block of its own: what is smaller than 16 bytes shares one, and whoever holds any of
// them keeps all of them.
type alone[T any] struct {
	it T
	_  [16]byte
}

func lone[T any]() *T { return &new(alone[T]).it }

type account struct {
	balance [4]int
	sync.Mutex
	name string
}

func receiver(born chan<- int, c chan int) { born <- id(); <-c }
func sender(born chan<- int, c chan int)   { born <- id(); c <- 1 }
func nothing(born chan<- int)              { born <- id(); select {} }

// labelled has labels, as a server's goroutines do.
func labelled(born chan<- int, c chan int) {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("endpoint", "/search")))
	receiver(born, c)
}

func ranger(born chan<- int, c chan int) {
	born <- id()
	for range c {
	}
}

func selector(born chan<- int, a, b chan int) {
	born <- id()
	select {
	case <-a:
	case b <- 1:
	}
}

func locker(born chan<- int, m sync.Locker) {
	born <- id()
	m.Lock()
	m.Unlock()
}

func waiter(born chan<- int, wg *sync.WaitGroup) { born <- id(); wg.Wait() }

func sleeper(born chan<- int, c *sync.Cond) {
	born <- id()
	c.L.Lock()
	c.Wait()
	c.L.Unlock()
}

func first(born chan<- int, once *sync.Once, c chan int, inside chan bool) {
	born <- id()
	once.Do(func() { close(inside); <-c })
}

func second(born chan<- int, once *sync.Once) { born <- id(); once.Do(func() {}) }

func done(born chan<- int, ctx context.Context) { born <- id(); <-ctx.Done() }

func stage(born chan<- int, in, out chan int) {
	born <- id()
	for n := range in {
		out <- n
	}
	close(out)
}

func worker(born chan<- int, c chan int, wg *sync.WaitGroup) {
	defer wg.Done()
	born <- id()
	<-c
}

// embracer locks two mutexes, where somebody else locks them the other way round.
func embracer(born chan<- int, both *sync.WaitGroup, a, b *sync.Mutex) {
	a.Lock()
	both.Done()
	both.Wait()
	born <- id()
	b.Lock()
	a.Unlock()
	b.Unlock()
}

// states is what each goroutine does now, by its id.
func states() map[string]string {
	text := make([]byte, 1<<22)
	text = text[:runtime.Stack(text, true)]
	all := map[string]string{}
	for _, header := range regexp.MustCompile(`(?m)^goroutine (\d+) \[([^\],]*)`).FindAllStringSubmatch(string(text), -1) {
		all[header[1]] = header[2]
	}
	return all
}

// waits tells whether a goroutine in this state waits for what its way is about: not one that may
// run, was preempted on its way there, or works for the collector first.
func waits(state string) bool {
	switch state {
	case "running", "runnable", "preempted", "copystack":
		return false
	}
	return !strings.HasPrefix(state, "GC ")
}

// settle returns when all those goroutines block.
func settle(ids []int) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		blocked, now := 0, states()
		for _, id := range ids {
			if waits(now[strconv.Itoa(id)]) {
				blocked++
			}
		}
		if blocked == len(ids) {
			return
		}
		if time.Now().After(deadline) {
			panic("a goroutine does not block")
		}
	}
}

// begin starts goroutines one way; it returns their ids and what would wake them.
func begin(w way) ([]int, any) {
	born, ids := make(chan int, w.count), make([]int, w.count)
	key := w.start(born)
	for i := range ids {
		ids[i] = <-born
	}
	return ids, key
}

// use is what a holder would do with what it holds.
//
//go:noinline
func use(key any) { kept = append(kept, key) }

var kept []any

type thing struct{ name string }

var things []*thing // with finalizers, and alive

// holders take what would wake goroutines of one way.
var holders = map[string]func(key any){
	"nobody": func(key any) {},
	"global": func(key any) { kept = append(kept, key) },
	"timer":  func(key any) { time.AfterFunc(time.Hour, func() { use(key) }) },
	"finalizer": func(key any) {
		t := &thing{"with a finalizer"}
		runtime.SetFinalizer(t, func(*thing) { use(key) })
		things = append(things, t)
	},
	"sleeper": func(key any) { begun(func() { time.Sleep(time.Hour); use(key) }) },
	"deadline": func(key any) {
		begun(func() {
			select {
			case <-time.After(time.Hour):
			case <-make(chan int):
			}
			use(key)
		})
	},
	"reader":   func(key any) { begun(func() { pipe().Read(make([]byte, 1)); use(key) }) },
	"syscall":  func(key any) { begun(func() { syscall.Read(rawPipe(), make([]byte, 1)); use(key) }) },
	"signal":   func(key any) { begun(func() { <-signals; use(key) }) },
	"worker":   func(key any) { begun(func() { <-jobs; use(key) }) },
	"spinner":  func(key any) { go spin(key) },
	"deferred": func(key any) { begun(func() { defer use(key); time.Sleep(time.Hour) }) },
	"hung":     func(key any) { begun(func() { <-make(chan int); use(key) }) },
}

// begun starts a holder that blocks.
func begun(hold func()) {
	born := make(chan int)
	go func() { born <- id(); hold() }()
	held = append(held, <-born)
}

var held []int // holders, by their ids

var (
	signals = make(chan os.Signal, 1)
	jobs    = make(chan int)
)

func pipe() *os.File {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	ends = append(ends, w)
	return r
}

var ends []*os.File // that nobody writes to

func rawPipe() int {
	var both [2]int
	if err := syscall.Pipe(both[:]); err != nil {
		panic(err)
	}
	return both[0]
}

func spin(key any) {
	for start := time.Now(); time.Since(start) < time.Hour; {
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	use(key)
}

//go:noinline
func startAll(truth map[string]map[string][]int) (all []int) {
	for holder, hold := range holders {
		truth[holder] = map[string][]int{}
		for name, w := range ways {
			ids, key := begin(w)
			hold(key)
			truth[holder][name] = ids
			all = append(all, ids...)
		}
	}
	for name, some := range map[string]map[string]way{"never": never, "other": others} {
		truth[name] = map[string][]int{}
		for way, w := range some {
			ids, _ := begin(w)
			truth[name][way] = ids
			all = append(all, ids...)
		}
	}
	return all
}

// inFrame starts goroutines of all ways that only this frame can wake.
//
//go:noinline
func inFrame(truth map[string]map[string][]int, wait func()) {
	keys := map[string]any{}
	truth["frame"] = map[string][]int{}
	for name, w := range ways {
		truth["frame"][name], keys[name] = begin(w)
		settle(truth["frame"][name])
	}
	wait()
	use(keys)
}

// profiled adds what the runtime's own profile of leaked goroutines says, if that is asked for, and
// collects once more, which does not ask who leaked.
func profiled(truth map[string]map[string][]int) {
	if os.Getenv("LEAK_PROFILE") == "" {
		return
	}
	var text bytes.Buffer
	if err := pprof.Lookup("goroutineleak").WriteTo(&text, 2); err != nil {
		panic(err)
	}
	truth["profile"] = map[string][]int{"leaked": nil}
	for _, found := range regexp.MustCompile(`(?m)^goroutine (\d+) \[[^\]]*\(leaked\)`).FindAllStringSubmatch(text.String(), -1) {
		id, _ := strconv.Atoi(found[1])
		truth["profile"]["leaked"] = append(truth["profile"]["leaked"], id)
	}
	runtime.GC()
}

func main() {
	signal.Notify(signals, syscall.SIGUSR1)
	truth := map[string]map[string][]int{}
	settle(append(startAll(truth), held...))
	inFrame(truth, func() {
		profiled(truth)
		runtime.GC() // one that began while settle read all stacks marked what is garbage by now
		json.NewEncoder(os.Stdout).Encode(truth)
		os.Stdout.WriteString("ready\n")
		os.Stdin.Read(make([]byte, 1))
	})
}
