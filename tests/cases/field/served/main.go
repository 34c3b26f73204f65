// An HTTP server with 200 clients that keep their connections, a cache that is full, a pool of
// workers at rest and sessions with idle timeouts. Nothing leaks. The clients rest, or with "busy"
// half of them ask for pages all the time.
package main

import (
	"container/list"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

const clients, workers, sessions, entries = 200, 32, 5000, 2000

type page struct {
	key  string
	body []byte
}

// cache is an LRU that is full: what comes in drives another page out.
type cache struct {
	mu    sync.Mutex
	order *list.List
	byKey map[string]*list.Element
}

func (c *cache) put(key string, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byKey[key]; e != nil {
		c.order.MoveToFront(e)
		return
	}
	c.byKey[key] = c.order.PushFront(&page{key, body})
	for c.order.Len() > entries {
		last := c.order.Back()
		delete(c.byKey, last.Value.(*page).key)
		c.order.Remove(last)
	}
}

// session ends when nobody has used it for an hour.
type session struct {
	id    string
	store *sync.Map
	idle  *time.Timer
	data  [256]byte
}

func (s *session) expire() { s.store.Delete(s.id) }

type server struct {
	pages    *cache
	sessions sync.Map
	jobs     chan func()
	served   atomic.Int64
	buffers  sync.Pool
}

func (s *server) work(wg *sync.WaitGroup) {
	wg.Done()
	for job := range s.jobs {
		job()
	}
}

func (s *server) login(id string) {
	n := &session{id: id, store: &s.sessions}
	n.idle = time.AfterFunc(time.Hour, n.expire)
	s.sessions.Store(id, n)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buffer := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buffer)
	done := make(chan struct{})
	s.jobs <- func() {
		defer close(done)
		s.pages.put(r.URL.Path, append([]byte(nil), (*buffer)[:512]...))
	}
	<-done
	json.NewEncoder(w).Encode(map[string]any{"path": r.URL.Path, "length": len(*buffer)})
	s.served.Add(1)
}

func get(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func main() {
	s := &server{pages: &cache{order: list.New(), byKey: map[string]*list.Element{}}, jobs: make(chan func(), workers)}
	s.buffers.New = func() any { b := make([]byte, 4096); return &b }
	var up sync.WaitGroup
	up.Add(workers)
	for i := 0; i < workers; i++ {
		go s.work(&up)
	}
	up.Wait()
	for i := 0; i < sessions; i++ {
		s.login("session-" + strings.Repeat("x", 8) + time.Duration(i).String())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, s)
	url := "http://" + listener.Addr().String() + "/page/"
	var first sync.WaitGroup
	for i := 0; i < clients; i++ {
		client := &http.Client{Transport: &http.Transport{}}
		first.Add(1)
		go func() {
			get(client, url+time.Duration(i).String())
			first.Done()
			for n := 0; measure.Way() == "busy" && i%2 == 0; n++ {
				get(client, url+time.Duration(n*clients+i).String())
			}
			kept.Store(client, true)
		}()
	}
	first.Wait()
	measure.Until(func() bool { return s.served.Load() >= clients })
	for i := 0; i < 2*entries; i++ {
		s.pages.put(time.Duration(i).String(), make([]byte, 512))
	}
	measure.Ready(nil)
}

var kept sync.Map
