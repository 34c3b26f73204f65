// Deadlocks lets goroutines lock what others hold, in every way that a circle can come about, on
// package-level variables and on the heap. It states who waits for whom, and for what: by case, a
// list of edges. The last goroutine of a case that is no circle waits for nobody who is stuck.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// An edge is a goroutine, what it waits for and who has that; 0 is nobody.
type edge struct {
	Goroutine, Holder int
	What, Address     string
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

func at(p unsafe.Pointer) string { return fmt.Sprintf("%#x", uintptr(p)) }

// A meeting lets goroutines go on when all have come.
type meeting struct {
	come sync.WaitGroup
	ids  []int
}

func meet(n int) *meeting {
	m := &meeting{ids: make([]int, n)}
	m.come.Add(n)
	return m
}

//go:noinline
func (m *meeting) as(i int) { m.ids[i] = id(); m.come.Done(); m.come.Wait() }

var truth = map[string][]edge{}

type account struct {
	owner [4]int
	sync.Mutex
	name string
}

var (
	checking, savings sync.Mutex
	accounts          [3]account
	table             sync.RWMutex
	ledger            sync.Mutex
	twice, nested     sync.Mutex
	orders            = make(chan int)
	forgotten         sync.Mutex
	initial           sync.Once
	other             sync.Once
)

// ---- package-level variables ----

//go:noinline
func saveFirst(m *meeting) {
	savings.Lock()
	m.as(0)
	checking.Lock()
	checking.Unlock()
	savings.Unlock()
}

//go:noinline
func checkFirst(m *meeting) {
	checking.Lock()
	defer checking.Unlock()
	m.as(1)
	savings.Lock()
	savings.Unlock()
}

func crossing() []edge {
	m := meet(2)
	go saveFirst(m)
	go checkFirst(m)
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[1], "mutex", at(unsafe.Pointer(&checking))},
		{m.ids[1], m.ids[0], "mutex", at(unsafe.Pointer(&savings))}}
}

// transfer locks an account and then the next, where each of them is somebody's first.
//
//go:noinline
func transfer(m *meeting, i int, from, to *account) {
	from.Lock()
	defer from.Unlock()
	m.as(i)
	to.Lock()
	defer to.Unlock()
	from.owner[0], to.owner[0] = to.owner[0], from.owner[0]
}

func ring(all []*account) []edge {
	m, n := meet(len(all)), len(all)
	var edges []edge
	for i := range all {
		go transfer(m, i, all[i], all[(i+1)%n])
	}
	m.come.Wait()
	for i := range all {
		edges = append(edges, edge{m.ids[i], m.ids[(i+1)%n], "mutex", at(unsafe.Pointer(&all[(i+1)%n].Mutex))})
	}
	return edges
}

func three() []edge   { return ring([]*account{&accounts[0], &accounts[1], &accounts[2]}) }
func unnamed() []edge { return ring([]*account{{}, {}, {}}) }

// ---- a channel and a mutex ----

//go:noinline
func seller(m *meeting, c chan int) {
	ledger.Lock()
	m.as(0)
	c <- 1
	ledger.Unlock()
}

//go:noinline
func buyer(m *meeting, c chan int) {
	m.as(1)
	ledger.Lock()
	<-c
	ledger.Unlock()
}

func mixed() []edge {
	m, c := meet(2), make(chan int)
	go seller(m, c)
	go buyer(m, c)
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[1], "channel", fmt.Sprintf("%p", c)},
		{m.ids[1], m.ids[0], "mutex", at(unsafe.Pointer(&ledger))}}
}

// ---- alone ----

//go:noinline
func again(m *meeting) {
	twice.Lock()
	m.as(0)
	twice.Lock()
}

func self() []edge {
	m := meet(1)
	go again(m)
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[0], "mutex", at(unsafe.Pointer(&twice))}}
}

//go:noinline
func (a *account) total(m *meeting) int {
	a.Lock()
	defer a.Unlock()
	m.as(0)
	return a.sum()
}

//go:noinline
func (a *account) sum() int {
	a.Lock()
	defer a.Unlock()
	return a.owner[0]
}

func selfNested() []edge {
	m, a := meet(1), new(account)
	go a.total(m)
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[0], "mutex", at(unsafe.Pointer(&a.Mutex))}}
}

// ---- readers and writers ----

// readTwice reads again when a writer waits for it to end.
//
//go:noinline
func readTwice(m *meeting, written <-chan bool) {
	table.RLock()
	m.as(0)
	<-written
	readNested()
	table.RUnlock()
}

//go:noinline
func readNested() {
	table.RLock()
	table.RUnlock()
}

//go:noinline
func write(m *meeting) {
	m.as(1)
	table.Lock()
	table.Unlock()
}

func recursive() []edge {
	m, written := meet(2), make(chan bool)
	go readTwice(m, written)
	go write(m)
	m.come.Wait()
	quiet()
	close(written)
	return []edge{{m.ids[0], m.ids[1], "rwmutex", at(unsafe.Pointer(&table))},
		{m.ids[1], m.ids[0], "rwmutex", at(unsafe.Pointer(&table))}}
}

// ---- wait groups, once ----

//go:noinline
func work(m *meeting, done *sync.WaitGroup, a *account) {
	defer done.Done()
	m.as(1)
	a.Lock()
	a.Unlock()
}

//go:noinline
func await(m *meeting, done *sync.WaitGroup, a *account) {
	a.Lock()
	m.as(0)
	done.Wait()
	a.Unlock()
}

func workers() []edge {
	m, done, a := meet(2), new(struct {
		sync.WaitGroup
		_ [2]uint64
	}), new(account)
	done.Add(1)
	go await(m, &done.WaitGroup, a)
	go work(m, &done.WaitGroup, a)
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[1], "wait group", at(unsafe.Pointer(&done.WaitGroup))},
		{m.ids[1], m.ids[0], "mutex", at(unsafe.Pointer(&a.Mutex))}}
}

func once() []edge {
	m := meet(2)
	go initial.Do(func() { m.as(0); other.Do(func() {}) })
	go other.Do(func() { m.as(1); initial.Do(func() {}) })
	m.come.Wait()
	return []edge{{m.ids[0], m.ids[1], "once", at(unsafe.Pointer(&other))},
		{m.ids[1], m.ids[0], "once", at(unsafe.Pointer(&initial))}}
}

// ---- no circles ----

//go:noinline
func forget() { forgotten.Lock() }

//go:noinline
func remember(m *meeting) {
	m.as(0)
	forgotten.Lock()
}

// unheld is a mutex that somebody locked who has returned.
func unheld() []edge {
	m := meet(1)
	forget()
	go remember(m)
	m.come.Wait()
	return []edge{{m.ids[0], 0, "mutex", at(unsafe.Pointer(&forgotten))}}
}

//go:noinline
func sleep(m *meeting, a *account) {
	a.Lock()
	defer a.Unlock()
	m.as(0)
	time.Sleep(time.Hour)
}

//go:noinline
func wait(m *meeting, a *account) {
	m.as(1)
	a.Lock()
	a.Unlock()
}

// slow is a mutex whose holder only sleeps.
func slow() []edge {
	m, a := meet(2), new(account)
	go sleep(m, a)
	go wait(m, a)
	m.come.Wait()
	return []edge{{m.ids[1], m.ids[0], "mutex", at(unsafe.Pointer(&a.Mutex))}}
}

// ---- all of them ----

var cases = map[string]func() []edge{
	"crossing": crossing, "three": three, "unnamed": unnamed, "mixed": mixed, "self": self,
	"selfNested": selfNested, "recursive": recursive, "workers": workers, "once": once,
	"unheld": unheld, "slow": slow,
}

// quiet returns when nobody but the caller runs or could run.
func quiet() {
	text := make([]byte, 1<<20)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		all := text[:runtime.Stack(text, true)]
		if bytes.Count(all, []byte("[running")) == 1 && !bytes.Contains(all, []byte("[runnable")) {
			return
		}
		if time.Now().After(deadline) {
			panic("a goroutine does not block")
		}
	}
}

//go:noinline
func startAll() {
	for name, start := range cases {
		truth[name] = start()
	}
	quiet()
}

func main() {
	startAll()
	json.NewEncoder(os.Stdout).Encode(truth)
	os.Stdout.WriteString("ready\n")
	os.Stdin.Read(make([]byte, 1))
}
