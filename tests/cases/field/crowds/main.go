// Many timers and tickers in good use, none of which is a leak: this program has no way that leaks.
package main

import (
	"context"
	"net"
	"os"
	"sync"
	"time"

	"gotopsy/field/measure"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// ---- idle time-outs: whoever owns one resets it, and may stop it ----

type visitor struct {
	idle *time.Timer
	cart []byte
}

var shop = struct {
	sync.Mutex
	visitors map[int]*visitor
}{visitors: map[int]*visitor{}}

func visit(id int) {
	shop.Lock()
	defer shop.Unlock()
	v := shop.visitors[id]
	if v == nil {
		v = &visitor{cart: make([]byte, 128)}
		v.idle = time.AfterFunc(time.Hour, func() {
			shop.Lock()
			delete(shop.visitors, id)
			shop.Unlock()
		})
		shop.visitors[id] = v
	}
	v.idle.Reset(time.Hour)
}

// ---- entries that expire: nobody stops those timers, which work on what the cache has ----

type cache struct {
	sync.Mutex
	entries map[int][]byte
}

func (c *cache) put(key int, value []byte) {
	c.Lock()
	c.entries[key] = value
	c.Unlock()
	time.AfterFunc(time.Hour, func() {
		c.Lock()
		delete(c.entries, key)
		c.Unlock()
	})
}

var answers = &cache{entries: map[int][]byte{}}

// ---- connections with deadlines ----

func serve(conn net.Conn) {
	buf := make([]byte, 512)
	for {
		conn.SetDeadline(time.Now().Add(time.Hour))
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func connect(count int) (peers []net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	for i := 0; i < count; i++ {
		peer, err := net.Dial("tcp", listener.Addr().String())
		check(err)
		peers = append(peers, peer)
		conn, err := listener.Accept()
		check(err)
		go serve(conn)
	}
	return peers
}

// ---- debounced saves: each change puts off the save ----

type document struct {
	save  *time.Timer
	text  []byte
	saved int
}

func (d *document) change() {
	if d.save != nil {
		d.save.Stop()
	}
	d.save = time.AfterFunc(time.Hour, func() { d.saved++ })
}

var documents []*document

// ---- tickers in workers that a live owner can end, and in those whose queue is in use ----

type worker struct {
	jobs  chan int
	done  chan struct{}
	batch []byte
}

var workers []*worker

func (w *worker) run(ctx context.Context) {
	flush := time.NewTicker(time.Hour)
	defer flush.Stop()
	for {
		select {
		case n := <-w.jobs:
			w.batch[n%len(w.batch)]++
		case <-flush.C:
			w.batch[0]++
		case <-w.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// ---- shards, each of which is swept by a goroutine that never ends, as the shard does ----

type shard struct {
	sync.Mutex
	rows [64][]byte
}

var shards []*shard

func (s *shard) sweep() {
	for range time.Tick(time.Hour) {
		s.Lock()
		s.rows[0] = nil
		s.Unlock()
	}
}

// ---- requests under way, each with a deadline ----

func request(ctx context.Context, answer chan []byte) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	buf := make([]byte, 1024)
	select {
	case got := <-answer:
		copy(buf, got)
	case <-ctx.Done():
	}
}

var pending []chan []byte

// ---- a limiter of rates ----

func limited(work chan int) {
	limiter := time.Tick(time.Hour)
	for n := range work {
		<-limiter
		println(n)
	}
}

func main() {
	ctx, stop := context.WithCancel(context.Background())
	for i := 0; i < 10000; i++ {
		visit(i % 5000)
		answers.put(i, make([]byte, 64))
	}
	peers := connect(200)
	for i := 0; i < 300; i++ {
		d := &document{text: make([]byte, 1024)}
		d.change()
		d.change()
		documents = append(documents, d)
		w := &worker{jobs: make(chan int, 4), done: make(chan struct{}), batch: make([]byte, 2048)}
		go w.run(ctx)
		workers = append(workers, w)
		s := &shard{}
		s.rows[1] = make([]byte, 1024)
		go s.sweep()
		shards = append(shards, s)
		answer := make(chan []byte)
		go request(ctx, answer)
		pending = append(pending, answer)
	}
	work := make(chan int, 1)
	work <- 1
	go limited(work)
	go func() {
		time.Sleep(100 * time.Millisecond) // all have come to wait
		measure.Ready(nil)
		os.Exit(0)
	}()
	for range time.Tick(time.Hour) {
		println(len(peers), len(work))
		stop()
	}
}
