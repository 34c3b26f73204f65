package main

import (
	"context"
	"sync"

	"gotopsy/field/measure"
)

func waits() {
	nilChannels()
	noCases()
	ranges()
	receives()
	sends()
	limits()
	selects()
	namedSelects()
	contexts()
	closers()
	borrowers()
	watches()
	conditions()
	groups()
	onces()
	mutexes()
	rwmutexes()
	deadlocks()
	signals()
}

// The queue was declared and never made.
func nilChannels() {
	if measure.Fixed() {
		return
	}
	start(func() {
		var results chan int
		at("nil_receive", "make")
		<-results
	})
	start(func() {
		var results chan int
		at("nil_send", "make")
		results <- 1
	})
}

func noCases() {
	ctx, cancel := context.WithCancel(context.Background())
	start(func() {
		if measure.Fixed() {
			<-ctx.Done()
			return
		}
		at("no_cases", "ctx.Done()")
		select {}
	})
	cancel()
}

func ranges() {
	jobs := make(chan int)
	start(func() {
		named("receive_ok", "close", "jobs")
		for range jobs {
		}
	})
	jobs <- 1
	if measure.Fixed() {
		close(jobs)
	}
}

func receives() {
	for i := 0; i < crowd; i++ {
		reply := make(chan int)
		go hold(func() {
			at("receive", "close")
			<-reply
		})
		if measure.Fixed() {
			close(reply)
		}
	}
}

func sends() {
	room := 0
	if measure.Fixed() {
		room = 1
	}
	for i := 0; i < crowd; i++ {
		reply := make(chan int, room)
		go hold(func() {
			at("send", "buffered")
			reply <- 1
		})
	}
}

type batch struct {
	places chan struct{}
	room   []byte
}

// run forgets to give the place of its first job back.
func (b *batch) run() {
	for job := 0; job < 2; job++ {
		named("full", "deferred receive", "main.batch.places")
		b.places <- struct{}{}
		if measure.Fixed() {
			<-b.places
		}
	}
	b.room[0]++
}

func limits() {
	for i := 0; i < crowd; i++ {
		b := &batch{make(chan struct{}, 1), make([]byte, large)}
		go b.run()
	}
}

func selects() {
	for i := 0; i < crowd; i++ {
		work, quit := make(chan int), make(chan int)
		go hold(func() {
			at("select", "close")
			select {
			case <-work:
			case <-quit:
			}
		})
		if measure.Fixed() {
			close(quit)
		}
	}
}

type worker struct {
	inbox chan []byte
	done  chan struct{}
	room  []byte
}

func (w *worker) loop() {
	for {
		named("select", "close", "main.worker.done")
		select {
		case w.room = <-w.inbox:
		case <-w.done:
			return
		}
	}
}

func namedSelects() {
	for i := 0; i < crowd; i++ {
		w := &worker{make(chan []byte), make(chan struct{}), make([]byte, large)}
		go w.loop()
		if measure.Fixed() {
			close(w.done)
		}
	}
}

type source struct {
	ctx  context.Context
	rows chan int
	room []byte
}

func (s *source) feed() {
	at("select_context", "CancelFunc")
	select {
	case s.rows <- 1:
	case <-s.ctx.Done():
	}
	s.room[0]++
}

func contexts() {
	for i := 0; i < crowd; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		s := &source{ctx, make(chan int), make([]byte, large)}
		go s.feed()
		if measure.Fixed() {
			cancel()
		}
	}
}

// The context of the whole program.
var root, shutdown = context.WithCancel(context.Background())

type stream struct {
	ctx  context.Context
	done chan struct{}
	room []byte
}

func (s *stream) watch() {
	named("select", "close", "main.stream.done")
	select {
	case <-s.ctx.Done():
	case <-s.done:
	}
	s.room[0]++
}

// closers wait for their own end too, which nobody tells them.
func closers() {
	for i := 0; i < crowd; i++ {
		s := &stream{root, make(chan struct{}), make([]byte, large)}
		go s.watch()
		if measure.Fixed() {
			close(s.done)
		}
	}
}

type feeder struct {
	ctx  context.Context
	rows chan int
	room []byte
}

func (f *feeder) feed() {
	at("select_shared", "derive a context")
	select {
	case f.rows <- 1:
	case <-f.ctx.Done():
	}
	f.room[0]++
}

// borrowers use the context of the whole program as their own.
func borrowers() {
	for i := 0; i < crowd; i++ {
		ctx, cancel := root, shutdown
		if measure.Fixed() {
			ctx, cancel = context.WithCancel(root)
		}
		f := &feeder{ctx, make(chan int), make([]byte, large)}
		go f.feed()
		if measure.Fixed() {
			cancel()
		}
	}
}

type watch struct {
	ctx  context.Context
	room []byte
}

func (w *watch) wait() {
	at("receive_context", "CancelFunc")
	<-w.ctx.Done()
	w.room[0]++
}

// watches wait for the end of contexts that nobody ends.
func watches() {
	for i := 0; i < crowd; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		w := &watch{ctx, make([]byte, large)}
		go w.wait()
		if measure.Fixed() {
			cancel()
		}
	}
}

type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
}

func conditions() {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	var come sync.WaitGroup
	come.Add(crowd)
	start(func() {
		g.mu.Lock()
		come.Done()
		for !g.open {
			at("cond", "Broadcast")
			g.cond.Wait()
		}
		g.mu.Unlock()
	})
	come.Wait()
	g.mu.Lock()
	g.open = true
	if measure.Fixed() {
		g.cond.Broadcast()
	} else {
		g.cond.Signal()
	}
	g.mu.Unlock()
}

func groups() {
	for i := 0; i < crowd; i++ {
		var workers sync.WaitGroup
		workers.Add(2)
		go workers.Done()
		go func(empty bool) {
			if empty && !measure.Fixed() {
				return
			}
			workers.Done()
		}(true)
		go hold(func() {
			at("wait_group", "Done")
			workers.Wait()
		})
	}
}

type config struct {
	once  sync.Once
	bytes []byte
}

func onces() {
	c := &config{}
	begun, reply := make(chan bool), make(chan []byte)
	load := func() {
		close(begun)
		if measure.Fixed() {
			return
		}
		c.bytes = <-reply
	}
	go c.once.Do(load)
	<-begun
	start(func() {
		at("once", "return")
		c.once.Do(load)
	})
}

type account struct {
	mu      sync.Mutex
	balance int
	history [8]int
}

func (a *account) pay(amount int) {
	a.mu.Lock()
	if amount > a.balance && !measure.Fixed() {
		return // still locked
	}
	a.balance -= amount
	a.mu.Unlock()
}

func (a *account) look() int {
	at("mutex", "unlock")
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func mutexes() {
	a := &account{}
	a.pay(1)
	start(func() { a.look() })
}

type table struct {
	mu   sync.RWMutex
	rows map[string]int
}

func (t *table) get(key string) int {
	t.mu.RLock()
	row, known := t.rows[key]
	if !known && !measure.Fixed() {
		return 0 // still locked
	}
	t.mu.RUnlock()
	return row
}

func (t *table) set(key string) {
	named("rwmutex", "RUnlock", "main.table.mu")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key]++
}

func rwmutexes() {
	for i := 0; i < crowd; i++ {
		t := &table{rows: map[string]int{}}
		t.get("absent")
		go hold(func() { t.set("absent") })
	}
}
