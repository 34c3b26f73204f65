// Crowds that wait for what is not in the program, or for one who is gone. Each way leaks; its twin, with
// "-ok" behind its name, looks alike, but is in good use.
package main

import (
	"context"
	"net"
	"net/http"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gotopsy/field/measure"
)

const many = 40

type page [128 << 10]byte

//go:noinline
func newPage() *page { return new(page) }

//go:noinline
func touch(p *page) { p[0]++ }

var started atomic.Int64

// crowd returns when all of it have come to where they wait, but for a few instructions (settle).
func crowd(run func(i int)) {
	before := started.Load()
	for i := 0; i < many; i++ {
		go run(i)
	}
	measure.Until(func() bool { return started.Load() >= before+many })
}

// ---- a server that takes connections and answers nothing, or answers at once ----

var taken struct {
	sync.Mutex
	conns []net.Conn
}

func serve(answer string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			taken.Lock()
			taken.conns = append(taken.conns, conn)
			taken.Unlock()
			if answer != "" {
				go reply(conn, answer)
			}
		}
	}()
	return "http://" + listener.Addr().String()
}

func reply(conn net.Conn, answer string) {
	b := make([]byte, 4096)
	for {
		if _, err := conn.Read(b); err != nil {
			return
		}
		conn.Write([]byte(answer))
	}
}

const empty = "HTTP/1.1 204 No Content\r\n\r\n"

func reached() bool {
	taken.Lock()
	defer taken.Unlock()
	return len(taken.conns) == many
}

//go:noinline
func fetch(client *http.Client, ctx context.Context, url string) {
	p := newPage()
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		panic(err)
	}
	if response, err := client.Do(request); err == nil {
		response.Body.Close()
	}
	touch(p)
	ended.Add(1)
}

var ended atomic.Int64

func fetchAll(client *http.Client, ctx context.Context, answer string) {
	client.Transport = &http.Transport{MaxIdleConnsPerHost: many}
	url := serve(answer)
	for i := 0; i < many; i++ {
		go fetch(client, ctx, url)
	}
	if answer != "" || client.Timeout < time.Second && client.Timeout > 0 {
		measure.Until(func() bool { return ended.Load() == many })
		return
	}
	measure.Until(reached)
}

// ---- contexts that only a signal ends ----

//go:noinline
func watch() (stop func()) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	p := newPage()
	go func() {
		started.Add(1)
		<-ctx.Done()
		touch(p)
		ended.Add(1)
	}()
	return stop
}

func watchAll() (stops []func()) {
	for i := 0; i < many; i++ {
		stops = append(stops, watch())
	}
	measure.Until(func() bool { return started.Load() == many })
	return stops
}

// ---- a call that many wait for, by a channel or a wait group ----

type call struct {
	done  chan struct{}
	value *page
}

type calls struct {
	mu sync.Mutex
	m  map[string]*call
}

var lookups = calls{m: map[string]*call{}}

// do runs one call for all that ask at once.
//
//go:noinline
func (c *calls) do(key string, run func() *page) *page {
	c.mu.Lock()
	if known, ok := c.m[key]; ok {
		c.mu.Unlock()
		started.Add(1)
		<-known.done
		return known.value
	}
	own := &call{done: make(chan struct{})}
	c.m[key] = own
	c.mu.Unlock()
	started.Add(1)
	if value := run(); value != nil { // and if it is nil, nobody is told
		own.value = value
		close(own.done)
	}
	return own.value
}

func ask(run func() *page) {
	p := newPage()
	lookups.do("config", run)
	touch(p)
}

func askAll(run func() *page) {
	go ask(run)
	measure.Until(func() bool { return started.Load() == 1 })
	crowd(func(int) { ask(run) })
}

// server ends when it is told to, and tells all.
type server struct {
	requests chan *page
	closed   chan struct{}
}

func (s *server) run() {
	for p := range s.requests {
		touch(p)
	}
	close(s.closed)
}

var only = &server{make(chan *page), make(chan struct{})}

var ways = map[string]func(){
	"http":            func() { fetchAll(&http.Client{}, context.Background(), "") },
	"http-ok":         func() { fetchAll(&http.Client{}, context.Background(), empty) },
	"http-mended":     func() { fetchAll(&http.Client{Timeout: time.Second / 4}, context.Background(), "") },
	"http-timeout-ok": func() { fetchAll(&http.Client{Timeout: time.Minute}, context.Background(), "") },
	"http-cancel-ok": func() {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Hour, cancel)
		fetchAll(&http.Client{}, ctx, "")
	},
	"signals": func() { watchAll() },
	"signals-mended": func() {
		for _, stop := range watchAll() {
			stop()
		}
		measure.Until(func() bool { return ended.Load() == many })
	},
	"signals-ok": func() {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		for i := 0; i < 4; i++ {
			p := newPage()
			go func() {
				started.Add(1)
				<-ctx.Done()
				touch(p)
			}()
		}
		crowd(func(int) {
			p := newPage()
			started.Add(1)
			select {
			case <-ctx.Done():
			case p := <-only.requests:
				touch(p)
			}
			touch(p)
		})
		go only.run()
		measure.Ready(map[string]any{"many": many})
		<-ctx.Done()
	},
	"calls":    func() { askAll(func() *page { return nil }) },
	"calls-ok": func() { askAll(func() *page { time.Sleep(time.Hour); return newPage() }) },
}

// places are where the crowds wait.
var places = map[string]string{
	"http":            "net/http.(*persistConn).roundTrip",
	"http-timeout-ok": "net/http.(*persistConn).roundTrip",
	"http-cancel-ok":  "net/http.(*persistConn).roundTrip",
	"signals":         "main.watch.func1",
	"calls":           "main.(*calls).do",
	"calls-ok":        "main.(*calls).do",
}

// settle returns when all of a crowd have waited for much of the process's life.
func settle() {
	if place := places[measure.Way()]; place != "" {
		measure.Blocked(place, many)
		measure.Seen()
	}
}

func main() {
	if run := ways[measure.Way()]; run != nil {
		run()
	}
	ways = nil // what is set up once is not set up again
	settle()
	row := map[string]string{"row": "http_timeout"}
	measure.Ready(map[string]any{"many": many, "leaks": []map[string]string{row}})
}
