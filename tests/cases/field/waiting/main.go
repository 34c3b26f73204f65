// What healthy programs wait for: an idle pool, a hub of clients, a request in progress and its
// fan-out, a limiter, a latch, keep-alive connections, an idle stream, a cache with a sweeper.
package main

import (
	"container/list"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const page = 16 << 10

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// newPage is of the heap, which a page of its user's frame would not be.
//
//go:noinline
func newPage() []byte { return make([]byte, page) }

//go:noinline
func touch(b []byte) { b[0]++ }

// pool waits for jobs, each worker with a buffer of its own.
type pool struct {
	jobs chan int
	quit chan struct{}
}

var workers = pool{make(chan int), make(chan struct{})}

func (p *pool) work() {
	buf := newPage()
	for {
		select {
		case <-p.jobs:
			touch(buf)
		case <-p.quit:
			return
		}
	}
}

// hub is a chat's: readers wait for the network, writers for what is to be sent.
type client struct {
	conn net.Conn
	send chan []byte
	buf  []byte
}

type hub struct {
	mu      sync.Mutex
	clients map[*client]bool
}

var chat = hub{clients: map[*client]bool{}}

func (c *client) write(ctx context.Context) {
	ping := time.NewTicker(time.Minute)
	defer ping.Stop()
	for {
		select {
		case b := <-c.send:
			c.conn.Write(b)
		case <-ping.C:
			c.conn.Write(c.buf[:1])
		case <-ctx.Done():
			return
		}
	}
}

func (c *client) read() {
	b := make([]byte, 1)
	for {
		if _, err := c.conn.Read(b); err != nil {
			return
		}
		c.send <- b
	}
}

func (h *hub) fill(ctx context.Context) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	for i := 0; i < 120; i++ {
		peer, err := net.Dial("tcp", listener.Addr().String())
		must(err)
		conn, err := listener.Accept()
		must(err)
		c := &client{conn, make(chan []byte, 4), newPage()}
		h.mu.Lock()
		h.clients[c] = true
		h.mu.Unlock()
		go c.write(ctx)
		go c.read()
		peers = append(peers, peer)
	}
}

var peers []net.Conn

// serve leaves keep-alive connections open, at both ends.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	var arrived sync.WaitGroup
	both := make(chan struct{})
	arrived.Add(30)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Done()
		<-both
		w.Write([]byte("hello"))
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}
	var done sync.WaitGroup
	for i := 0; i < 30; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			answer, err := client.Get("http://" + listener.Addr().String())
			must(err)
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}()
	}
	arrived.Wait()
	close(both)
	done.Wait()
}

// request is in progress: its parts wait for its context or for their turn, while it sleeps.
func request(parent context.Context) {
	ctx, cancel := context.WithTimeout(parent, time.Hour)
	defer cancel()
	turn := make(chan struct{})
	for i := 0; i < 150; i++ {
		part, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			b := newPage()
			<-part.Done()
			touch(b)
		}()
		go func() {
			b := newPage()
			select {
			case turn <- struct{}{}:
			case <-ctx.Done():
			}
			touch(b)
		}()
	}
	for i := 0; i < 150; i++ {
		go func() {
			b := newPage()
			<-ctx.Done()
			touch(b)
		}()
	}
	time.Sleep(time.Hour)
	<-turn
}

// limit lets one go on at each tick.
func limit() {
	tokens := make(chan struct{})
	go func() {
		for range time.NewTicker(time.Hour).C {
			tokens <- struct{}{}
		}
	}()
	for i := 0; i < 50; i++ {
		go func() {
			b := newPage()
			<-tokens
			touch(b)
		}()
	}
}

// flight is one computation for many who ask: they wait for its end.
func flight() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(time.Hour)
	}()
	for i := 0; i < 40; i++ {
		go func() {
			b := newPage()
			<-done
			touch(b)
		}()
	}
}

// group is of workers in progress, and of one who waits for them.
func group(ctx context.Context) {
	var all sync.WaitGroup
	gate := make(chan struct{}, 4)
	for i := 0; i < 40; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			b := newPage()
			select {
			case gate <- struct{}{}:
			case <-ctx.Done():
				return
			}
			defer func() { <-gate }()
			time.Sleep(time.Hour)
			touch(b)
		}()
	}
	go all.Wait()
}

// stream waits for what a connection's reader may find for it.
type transport struct {
	mu      sync.Mutex
	streams map[int]chan []byte
	conn    net.Conn
}

func (t *transport) read() {
	b := make([]byte, 1)
	for {
		if _, err := t.conn.Read(b); err != nil {
			return
		}
		t.mu.Lock()
		c := t.streams[int(b[0])]
		t.mu.Unlock()
		c <- b
	}
}

func streams(ctx context.Context) {
	here, there := net.Pipe()
	peers = append(peers, there)
	t := &transport{streams: map[int]chan []byte{}, conn: &slow{here}}
	go t.read()
	for i := 0; i < 120; i++ {
		c := make(chan []byte)
		t.streams[i] = c
		go func() {
			b := newPage()
			for {
				select {
				case <-c:
					touch(b)
				case <-ctx.Done():
					return
				}
			}
		}()
	}
}

// slow is a connection whose reads take long.
type slow struct{ net.Conn }

func (s *slow) Read(b []byte) (int, error) {
	time.Sleep(time.Hour)
	return s.Conn.Read(b)
}

// lru is a cache in use, which a few goroutines sweep.
type lru struct {
	mu    sync.Mutex
	order *list.List
	byKey map[int]*list.Element
}

func (l *lru) sweep(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	scratch := newPage()
	for {
		select {
		case <-t.C:
			l.mu.Lock()
			touch(scratch)
			l.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

var shards [6]*lru

func caches(ctx context.Context) {
	for i := range shards {
		shards[i] = &lru{order: list.New(), byKey: map[int]*list.Element{}}
		for k := 0; k < 10; k++ {
			shards[i].byKey[k] = shards[i].order.PushFront(newPage())
		}
		go shards[i].sweep(ctx)
	}
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := 0; i < 200; i++ {
		go workers.work()
	}
	chat.fill(ctx)
	serve()
	go request(ctx)
	limit()
	flight()
	group(ctx)
	streams(ctx)
	caches(ctx)
	time.Sleep(50 * time.Millisecond)
	measure.Ready(nil)
	workers.jobs <- 1
	println(len(peers), len(shards), len(chat.clients))
}
