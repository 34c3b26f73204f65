// An HTTP server in the middle of its work: connections kept alive, requests being served, streams
// being written, with middleware, templates, JSON, sessions and a cache. Nothing leaks, unless
// "leak" is asked for: then a cache keeps a word of each request's body.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gotopsy/field/measure"
)

type session struct {
	ID    string
	Tags  map[string]string
	Items []item
	seen  time.Time
}

type item struct {
	Name  string
	Price float64
	Notes []string
	Extra any
}

type server struct {
	mu       sync.RWMutex
	sessions map[string]*session
	words    map[string]string
	cache    sync.Map
	routes   []*regexp.Regexp
	page     *template.Template
	log      *log.Logger
	busy     atomic.Int64
	handlers map[string]http.HandlerFunc
}

func (s *server) withLog(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		defer func() { s.log.Println(r.URL.Path, time.Since(started)) }()
		next(w, r)
	}
}

func (s *server) withTimeout(limit time.Duration, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next(w, r.WithContext(ctx))
	}
}

func (s *server) put(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var items []item
	if err := json.Unmarshal(body, &items); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	id := r.URL.Query().Get("id")
	text := string(body)
	word := text[:20]
	if measure.Way() != "leak" {
		word = strings.Clone(word)
	}
	s.mu.Lock()
	s.sessions[id] = &session{ID: id, Items: items, Tags: map[string]string{"agent": r.UserAgent()}, seen: time.Now()}
	s.words[id] = word
	s.mu.Unlock()
	s.cache.Store(id, items)
	w.WriteHeader(204)
}

func (s *server) show(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	one := s.sessions[r.URL.Query().Get("id")]
	s.mu.RUnlock()
	for _, route := range s.routes {
		route.MatchString(r.URL.Path)
	}
	s.page.Execute(w, one)
}

// hold answers its first bytes at once and the rest when its client goes.
func (s *server) hold(w http.ResponseWriter, r *http.Request) {
	scratch := bytes.NewBufferString(strings.Repeat("scratch ", 200))
	fmt.Fprintln(w, "begun")
	w.(http.Flusher).Flush()
	s.busy.Add(1)
	<-r.Context().Done()
	scratch.WriteTo(w)
}

func main() {
	s := &server{sessions: map[string]*session{}, words: map[string]string{}, log: log.New(io.Discard, "", 0), handlers: map[string]http.HandlerFunc{}}
	for _, text := range []string{`^/users/(\d+)$`, `^/items/([a-z]+)/(\w*)`, `(?i)admin|root`} {
		s.routes = append(s.routes, regexp.MustCompile(text))
	}
	s.page = template.Must(template.New("page").Parse(`<h1>{{.ID}}</h1>{{range .Items}}<p>{{.Name}} {{.Price}}{{range .Notes}} {{.}}{{end}}</p>{{end}}`))
	mux := http.NewServeMux()
	s.handlers["/put"] = s.put
	s.handlers["/show"] = s.show
	s.handlers["/hold"] = s.hold
	for path, h := range s.handlers {
		mux.HandleFunc(path, s.withLog(s.withTimeout(time.Hour, h)))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go (&http.Server{Handler: mux, ReadTimeout: time.Hour}).Serve(listener)
	base := "http://" + listener.Addr().String()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	var all sync.WaitGroup
	for n := 0; n < 10; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < 40; i++ {
				load(client, base, fmt.Sprint(n, "-", i))
			}
		}()
	}
	all.Wait()
	for n := 0; n < 20; n++ {
		go func() {
			answer, err := client.Get(base + "/hold")
			if err == nil {
				io.Copy(io.Discard, answer.Body)
			}
		}()
	}
	measure.Until(func() bool { return s.busy.Load() == 20 })
	measure.Ready(nil)
	println(len(s.sessions), len(s.words))
}

func load(client *http.Client, base, id string) {
	body, _ := json.Marshal([]item{{"first " + id, 1.5, []string{"a", "b", id}, map[string]any{"x": 1.0, "y": []any{id, nil}}}, {Name: strings.Repeat(id, 200)}})
	answer, err := client.Post(base+"/put?id="+id, "application/json", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
	answer, err = client.Get(base + "/show?id=" + id)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}
