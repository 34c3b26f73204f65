// Crowds of which everybody else is gone: package variables lead to what they wait for, and no code is
// left that would answer. Each way but "fixed" and those of healthy leaves a crowd alone; a healthy
// way looks alike, but somebody is there who may answer.
package main

import (
	"context"
	"net"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gotopsy/field/measure"
)

const many = 40

type page [16 << 10]byte

//go:noinline
func touch(p *page) { p[0]++ }

var started atomic.Int64

// ---- a queue of jobs, whose only reader may be gone ----

type job struct {
	id   int
	data *page
}

type queue struct {
	jobs chan job
	done chan struct{}
}

var (
	mail    = make(chan job, 4)
	printer = &queue{make(chan job, 4), make(chan struct{})}
	never   = make(chan int)
)

//go:noinline
func put(i int, c chan job) {
	started.Add(1)
	p := new(page)
	c <- job{i, p}
	touch(p)
}

func (q *queue) put(i int) {
	started.Add(1)
	p := new(page)
	select {
	case q.jobs <- job{i, p}:
	case <-q.done:
	}
	touch(p)
}

// read ends at the first job that it cannot do.
func read(c chan job) {
	for j := range c {
		if j.id >= 0 {
			return
		}
	}
}

func (q *queue) drain() {
	for {
		select {
		case j := <-q.jobs:
			time.Sleep(time.Hour)
			touch(j.data)
		case <-q.done:
			return
		}
	}
}

func slow(c chan job) {
	for j := range c {
		time.Sleep(time.Hour)
		touch(j.data)
	}
}

// ---- calls that wait for their replies ----

type reply struct{ text string }

type client struct {
	mu      sync.Mutex
	pending map[int]chan reply
	conn    net.Conn
}

var rpc = &client{pending: map[int]chan reply{}}

func (c *client) register(id int) chan reply {
	ch := make(chan reply, 1)
	c.mu.Lock()
	c.pending[id] = ch
	c.mu.Unlock()
	return ch
}

//go:noinline
func (c *client) call(id int) reply {
	p := new(page)
	ch := c.register(id)
	started.Add(1)
	r := <-ch
	touch(p)
	return r
}

// receive ends when the connection does.
func (c *client) receive() {
	b := make([]byte, 1)
	for {
		if _, err := c.conn.Read(b); err != nil {
			return
		}
		c.mu.Lock()
		ch := c.pending[int(b[0])]
		delete(c.pending, int(b[0]))
		c.mu.Unlock()
		ch <- reply{"done"}
	}
}

func dial() net.Conn {
	here, there := net.Pipe()
	rpc.conn = here
	return there
}

// ---- a condition ----

type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
	work []job
}

var door = newGate()

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

//go:noinline
func (g *gate) pass() {
	p := new(page)
	g.mu.Lock()
	started.Add(1)
	for !g.open {
		g.cond.Wait()
	}
	g.mu.Unlock()
	touch(p)
}

func (g *gate) release(all bool) {
	g.mu.Lock()
	g.open = true
	if all {
		g.cond.Broadcast()
	} else {
		g.cond.Signal()
	}
	g.mu.Unlock()
}

// work is a pool's: its workers wait for a condition.
func (g *gate) worker() {
	p := new(page)
	for {
		g.mu.Lock()
		started.Add(1)
		for len(g.work) == 0 {
			g.cond.Wait()
		}
		g.work = g.work[1:]
		g.mu.Unlock()
		touch(p)
	}
}

// ---- one flight for many ----

type flight struct {
	wg  sync.WaitGroup
	val *page
}

type flights struct {
	mu sync.Mutex
	m  map[string]*flight
}

var group = flights{m: map[string]*flight{}}

//go:noinline
func (g *flights) do(key string, fn func() *page) *page {
	g.mu.Lock()
	started.Add(1)
	if c, ok := g.m[key]; ok {
		g.mu.Unlock()
		c.wg.Wait()
		return c.val
	}
	c := new(flight)
	c.wg.Add(1)
	g.m[key] = c
	g.mu.Unlock()
	c.val = fn()
	c.wg.Done()
	g.mu.Lock()
	delete(g.m, key)
	g.mu.Unlock()
	return c.val
}

//go:noinline
func ask(fn func() *page) {
	p := new(page)
	touch(group.do("config", fn))
	touch(p)
}

func stuck() *page {
	<-never
	return nil
}

func slowly() *page {
	time.Sleep(time.Hour)
	return new(page)
}

// ---- subscribers ----

type broker struct {
	mu   sync.Mutex
	subs map[int]chan job
}

var news = &broker{subs: map[int]chan job{}}

func (b *broker) subscribe(id int) chan job {
	c := make(chan job, 1)
	b.mu.Lock()
	b.subs[id] = c
	b.mu.Unlock()
	return c
}

// publish waits for each subscriber.
//
//go:noinline
func (b *broker) publish(i int) {
	p := new(page)
	b.mu.Lock()
	c := b.subs[i]
	b.mu.Unlock()
	for n := 0; ; n++ {
		if n == 1 {
			started.Add(1)
		}
		c <- job{n, p}
	}
}

// announce waits for each subscriber, with the lock.
//
//go:noinline
func (b *broker) announce(j job) {
	p := new(page)
	started.Add(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.subs {
		c <- j
	}
	touch(p)
}

var alarms = &broker{subs: map[int]chan job{}}

// alarm has subscribers that leave without a word.
func alarm(listen func(c chan job)) {
	for i := 0; i < 2; i++ {
		go listen(alarms.subscribe(i))
	}
	crowd(func(i int) { alarms.announce(job{i, nil}) })
}

func listen(c chan job) {
	started.Add(1)
	for j := range c {
		touch(j.data)
	}
}

// idle workers of one queue, and of queues of their own.
func worker(c chan job) {
	p := new(page)
	started.Add(1)
	for j := range c {
		touch(j.data)
		touch(p)
	}
}

func (q *queue) next() job { return <-q.jobs }

func popper(q *queue) {
	p := new(page)
	started.Add(1)
	for {
		j := q.next()
		touch(j.data)
		touch(p)
	}
}

// crowd returns when all of it have come to where they wait, but for a few instructions.
func crowd(run func(i int)) {
	before := started.Load()
	for i := 0; i < many; i++ {
		go run(i)
	}
	measure.Until(func() bool { return started.Load() >= before+many })
}

func first(run func()) {
	before := started.Load()
	go run()
	measure.Until(func() bool { return started.Load() > before })
}

func fill(c chan job) {
	for len(c) < cap(c) {
		c <- job{}
	}
}

// ---- what waits beside contexts, which are cancelled elsewhere ----

var life, end = context.WithCancel(context.Background())

type consumer struct {
	errors chan *page
	closed chan struct{}
}

var consumers []*consumer

// loop has nobody who reads its errors, or closes it.
func (c *consumer) loop() {
	p := new(page)
	started.Add(1)
	for {
		select {
		case c.errors <- p:
		case <-c.closed:
			return
		}
	}
}

func consume(int) {
	c := &consumer{make(chan *page), make(chan struct{})}
	rpc.mu.Lock()
	consumers = append(consumers, c)
	rpc.mu.Unlock()
	c.loop()
}

var flags = map[int]chan struct{}{}

//go:noinline
func await(i int) {
	p := new(page)
	flag := make(chan struct{})
	rpc.mu.Lock()
	flags[i] = flag
	rpc.mu.Unlock()
	started.Add(1)
	<-flag
	touch(p)
}

func raise() {
	rpc.mu.Lock()
	defer rpc.mu.Unlock()
	for _, flag := range flags {
		close(flag)
	}
}

var sessions = map[int]context.Context{}

// session ends with its context.
func session(i int) {
	p := new(page)
	ctx, cancel := context.WithCancel(life)
	rpc.mu.Lock()
	sessions[i] = ctx
	rpc.mu.Unlock()
	defer cancel()
	started.Add(1)
	<-ctx.Done()
	touch(p)
}

// Each of these is a run of its own: they hang for sure, or a signal ends them.
var others = map[string]func(){
	"signals": func() {
		for i := 0; i < many; i++ {
			notify(new(page))
		}
	},
}

type key struct{}

// notify forgets to stop.
func notify(p *page) {
	ctx := context.WithValue(context.Background(), key{}, p)
	_, _ = signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGUSR1)
}

var leaks = map[string]func(){
	"queue": func() {
		go read(mail)
		crowd(func(i int) { put(i, mail) })
	},
	"select": func() {
		fill(printer.jobs)
		crowd(printer.put)
	},
	"pending": func() {
		dial().Close()
		rpc.receive()
		crowd(func(i int) { rpc.call(i) })
	},
	"cond": func() {
		crowd(func(int) { door.pass() })
		door.release(false)
	},
	"flight": func() {
		first(func() { ask(stuck) })
		crowd(func(int) { ask(slowly) })
	},
	"broker": func() {
		for i := 0; i < many; i++ {
			news.subscribe(i)
		}
		crowd(news.publish)
	},
	"alarm":    func() { alarm(read) },
	"consumer": func() { crowd(consume) },
	"flag":     func() { crowd(await) },
}

var healthy = map[string]func(){
	"queue-slow": func() {
		go slow(mail)
		crowd(func(i int) { put(i, mail) })
	},
	"queue-later": func() {
		time.AfterFunc(time.Hour, func() { read(mail) })
		crowd(func(i int) { put(i, mail) })
	},
	"queue-handler": func() {
		handlers["drain"] = func() { read(mail) }
		crowd(func(i int) { put(i, mail) })
	},
	"queue-method": func() {
		drains = append(drains, printer)
		crowd(printer.put)
	},
	"select-slow": func() {
		go printer.drain()
		crowd(printer.put)
	},
	"pending-alive": func() {
		dial()
		go rpc.receive()
		crowd(func(i int) { rpc.call(i) })
	},
	"cond-later": func() {
		crowd(func(int) { door.pass() })
		go func() {
			time.Sleep(time.Hour)
			door.release(true)
		}()
	},
	"cond-pool": func() { crowd(func(int) { door.worker() }) },
	"flight-slow": func() {
		first(func() { ask(slowly) })
		crowd(func(int) { ask(slowly) })
	},
	"alarm-slow": func() { alarm(slow) },
	"flag-later": func() {
		crowd(await)
		time.AfterFunc(time.Hour, raise)
	},
	"session":     func() { crowd(session) },
	"broker-idle": func() { crowd(func(i int) { listen(news.subscribe(i)) }) },
	"pool":        func() { crowd(func(int) { worker(mail) }) },
	"pop":         func() { crowd(func(int) { popper(printer) }) },
}

// Who may answer is called by what the program has of it.
type drainer interface{ drain() }

var (
	handlers = map[string]func(){}
	drains   []drainer
)

//go:noinline
func serve(command string) {
	if run, ok := handlers[command]; ok {
		run()
	}
	for _, each := range drains {
		each.drain()
	}
}

func setUp(way string) {
	for _, ways := range []map[string]func(){healthy, others} {
		if run, ok := ways[way]; ok {
			run()
			return
		}
	}
	for name, run := range leaks {
		if way == "" || way == name {
			run()
		}
	}
}

func main() {
	setUp(measure.Way())
	time.Sleep(30 * time.Millisecond) // all have come to wait, or have ended
	if !measure.Fixed() {
		leaks, healthy, others = nil, nil, nil // what is set up once is not set up again
	}
	row := map[string]string{"row": "lock_unanswered"}
	measure.Ready(map[string]any{"many": many, "leaks": []map[string]string{row}})
	serve("stop")
}
