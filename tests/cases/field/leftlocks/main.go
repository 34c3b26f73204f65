// A mutex of a package variable that many goroutines wait for. It leaks where a goroutine has
// returned without Unlock; in the other ways somebody is still to unlock it. In the way "read" it is
// an RWMutex that a reader left: one writer waits for that reader, and all others for the writer.
package main

import (
	"errors"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const waiters = 60

type page [4096]byte

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) acquire() { a.mu.Lock() }

func (a *account) release() { a.mu.Unlock() }

var (
	shared = &account{balance: 10}
	stop   = make(chan struct{})
)

var errPoor = errors.New("too little money")

//go:noinline
func pay(amount int) error {
	shared.mu.Lock()
	if amount > shared.balance {
		if measure.Fixed() {
			shared.mu.Unlock()
		}
		return errPoor
	}
	shared.balance -= amount
	shared.mu.Unlock()
	return nil
}

//go:noinline
func touch(p *page) { p[0]++ }

// crowd waits for the lock. The code of its Lock is in two parts, as what it has captured is saved
// in between.
func crowd() {
	for i := 0; i < waiters; i++ {
		p := new(page)
		go func() {
			shared.mu.Lock()
			defer shared.mu.Unlock()
			touch(p)
		}()
	}
}

type prices struct {
	mu   sync.RWMutex
	rows map[string]int
}

var list = &prices{rows: map[string]int{"a": 1}}

//go:noinline
func (l *prices) find(key string) int {
	l.mu.RLock()
	row, ok := l.rows[key]
	if !ok {
		return -1
	}
	l.mu.RUnlock()
	return row
}

func (l *prices) set(key string, p *page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows[key] = len(p)
	touch(p)
}

func writers(set func(string, *page)) {
	for i := 0; i < waiters; i++ {
		p := new(page)
		go set("c", p)
	}
}

// check looks first, and has the read lock no more when it asks for the other.
func (l *prices) check(key string, p *page) {
	l.mu.RLock()
	if _, ok := l.rows[key]; ok {
		l.mu.RUnlock()
		return
	}
	l.mu.RUnlock()
	l.mu.Lock()
	l.rows[key] = len(p)
	l.mu.Unlock()
	touch(p)
}

// survey reads for a long time.
func survey(locked chan<- bool) {
	list.mu.RLock()
	locked <- true
	<-stop
	list.mu.RUnlock()
}

// wrapped has locked by a function that has returned, and will unlock by another one.
func wrapped(locked chan<- bool) {
	shared.acquire()
	locked <- true
	<-stop
	shared.release()
}

func main() {
	locked := make(chan bool)
	switch measure.Way() {
	case "read":
		list.find("b")
		writers(list.set)
	case "reading":
		go survey(locked)
		<-locked
		writers(list.check)
	case "wrapped":
		go wrapped(locked)
		<-locked
		crowd()
	default:
		_ = pay(11)
		crowd()
	}
	time.Sleep(30 * time.Millisecond) // all have come to wait, or have ended
	measure.Ready(nil)
	close(stop)
}
