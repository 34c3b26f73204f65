package main

import (
	"sync"

	"gotopsy/field/measure"
)

// deadlocks lets goroutines wait for locks in circles, and others behind them.
func deadlocks() {
	for i := 0; i < crowd; i++ {
		go hold(relock)
		rereads()
		crossing()
		go hold(finish)
		go hold(upgrade)
		go hold(twice)
	}
}

// A ledger's total is asked for by those who have it locked, too.
type ledger struct {
	mu  sync.Mutex
	sum int
}

func (l *ledger) total() int {
	at("lock_self", "once")
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sum
}

func relock() {
	l := &ledger{}
	l.mu.Lock()
	defer l.mu.Unlock()
	if measure.Fixed() {
		l.sum++
		return
	}
	l.sum += l.total()
}

func rereads() {
	mu := new(sync.RWMutex)
	mu.RLock()
	go hold(func() {
		at("lock_again", "RLock")
		mu.Lock()
		mu.Unlock()
	})
	go hold(func() { reread(mu) })
}

// reread has the lock already, by its caller, when the writer comes.
func reread(mu *sync.RWMutex) {
	defer mu.RUnlock()
	measure.Until(func() bool { return !mu.TryRLock() || unread(mu) })
	if measure.Fixed() {
		return
	}
	at("lock_again", "RLock")
	mu.RLock()
	defer mu.RUnlock()
}

func unread(mu *sync.RWMutex) bool {
	mu.RUnlock()
	return false
}

func crossing() {
	here, there, both := new(sync.Mutex), new(sync.Mutex), new(sync.WaitGroup)
	both.Add(2)
	first, second := there, here
	if measure.Fixed() {
		first, second = here, there
	}
	go hold(func() { cross(here, there, both) })
	go hold(func() { cross(first, second, both) })
	go hold(func() {
		both.Wait()
		at("lock_behind", "waits")
		here.Lock()
		here.Unlock()
	})
}

func cross(first, second *sync.Mutex, both *sync.WaitGroup) {
	if measure.Fixed() {
		both.Done()
	}
	first.Lock()
	defer first.Unlock()
	if !measure.Fixed() {
		both.Done()
	}
	both.Wait()
	at("lock_order", "same order")
	second.Lock()
	second.Unlock()
}

type shift struct {
	mu   sync.Mutex
	done sync.WaitGroup
	sum  int
}

func (s *shift) work() {
	defer s.done.Done()
	at("lock_mixed", "Wait")
	s.mu.Lock()
	s.sum++
	s.mu.Unlock()
}

func finish() {
	s := &shift{}
	s.done.Add(1)
	if measure.Fixed() {
		go s.work()
		s.done.Wait()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	go s.work()
	at("lock_mixed", "Wait")
	s.done.Wait()
}

type prices struct {
	other, mu sync.RWMutex
	rows      map[string]int
}

// find has the read lock where a price is missing, and asks for the write lock.
func (p *prices) find(key string) int {
	p.other.RLock()
	p.other.RUnlock()
	p.mu.RLock()
	row, ok := p.rows[key]
	if ok || measure.Fixed() {
		p.mu.RUnlock()
		return row
	}
	at("lock_upgrade", "RUnlock")
	p.mu.Lock()
	p.rows[key] = 1
	p.mu.Unlock()
	p.mu.RUnlock()
	return 1
}

func upgrade() { (&prices{rows: map[string]int{}}).find("a") }

// twice reads twice in one function, and the writer comes between.
func twice() {
	mu := new(sync.RWMutex)
	mu.RLock()
	go hold(func() {
		at("lock_again", "RLock")
		mu.Lock()
		mu.Unlock()
	})
	measure.Until(func() bool { return !mu.TryRLock() || unread(mu) })
	if !measure.Fixed() {
		at("lock_again", "RLock")
		mu.RLock()
		mu.RUnlock()
	}
	mu.RUnlock()
}
