// Lookalikes keeps words that could be a string's or a slice's and are not, in globals and in small
// objects, and serves HTTP meanwhile, whose buffers and pools do the same. It wastes nothing.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"container/list"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"text/template"
)

// A buffer of text and how much of it is used: not a string of so many bytes.
type cursor struct {
	block *[4096]byte
	used  int
}

// A buffer and two positions in it: not a slice.
type ring struct {
	block    *[65536]byte
	from, to int
}

type vector struct{ x, y, z float64 }

// A pointer to a small value, and two small numbers.
type node struct {
	next  *node
	at    *vector
	count int
	size  int
}

type entry struct {
	key   string
	value []byte
	notes map[string]any
}

var (
	theRing   ring
	theCursor cursor
	cursors   []*cursor
	nodes     *node
	table     [32]struct {
		block      *[1024]byte
		used, size int
	}
	vectors []vector
	middle  struct {
		at    *vector
		index int
	}
	drained  bytes.Buffer
	reader   *bufio.Reader
	builder  strings.Builder
	lines    []string
	parts    [][]byte
	recent   = list.New()
	byKey    = map[string]*list.Element{}
	seen     sync.Map
	buffers  = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	mu       sync.Mutex
	greeting = template.Must(template.New("").Parse("<html>{{range .}}<b>{{.}}</b>{{end}}</html>"))
)

func text(block []byte) {
	for i := range block {
		block[i] = 'a' + byte(i%26)
	}
}

func fill() {
	theRing = ring{new([65536]byte), 100, 300}
	text(theRing.block[:])
	theCursor = cursor{new([4096]byte), 100}
	text(theCursor.block[:])
	for i := 0; i < 3000; i++ {
		c := &cursor{new([4096]byte), 20}
		text(c.block[:])
		cursors = append(cursors, c)
		nodes = &node{nodes, &vector{float64(i), 1, 2}, i % 24, 24}
	}
	for i := range table {
		table[i].block = new([1024]byte)
		table[i].used, table[i].size = 10, 1024
	}
	vectors = make([]vector, 5000)
	middle.at, middle.index = &vectors[4000], 3
}

func stream() {
	drained.WriteString(strings.Repeat("hello ", 20000))
	drained.Next(100000)
	builder.WriteString("abc")
	reader = bufio.NewReaderSize(strings.NewReader(strings.Repeat("a line\n", 10000)), 1<<16)
	for i := 0; i < 100; i++ {
		line, _ := reader.ReadString('\n')
		lines = append(lines, line)
	}
	whole := make([]byte, 1<<20)
	for i := 0; i+1024 <= len(whole); i += 1024 {
		parts = append(parts, whole[i:i+1024:i+1024])
	}
}

func remember(key string, value []byte) {
	mu.Lock()
	defer mu.Unlock()
	if element, ok := byKey[key]; ok {
		recent.MoveToFront(element)
		element.Value.(*entry).value = value
		return
	}
	notes := map[string]any{"key": key, "list": []int{1, 2, 3}}
	byKey[key] = recent.PushFront(&entry{key, value, notes})
}

func serve(w http.ResponseWriter, r *http.Request) {
	body := buffers.Get().(*bytes.Buffer)
	body.Reset()
	defer buffers.Put(body)
	io.Copy(body, r.Body)
	var values map[string]any
	json.Unmarshal(body.Bytes(), &values)
	key := strings.Clone(r.URL.Path) // else it would keep the whole address
	remember(key, bytes.Clone(body.Bytes()))
	seen.Store(key, values)
	packed := gzip.NewWriter(w)
	greeting.Execute(packed, values)
	packed.Close()
}

func request(client *http.Client, url string, done *sync.WaitGroup) {
	defer done.Done()
	const body = `{"name":"bob","list":[1,2,3,{"k":"v"}],"mail":"me@example.com"}`
	for i := 0; i < 200; i++ {
		to := fmt.Sprintf("%s/page/%d?query=%s", url, i, strings.Repeat("q", 40))
		answer, err := client.Post(to, "application/json", strings.NewReader(body))
		if err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	}
}

func main() {
	var done sync.WaitGroup
	fill()
	stream()
	server := httptest.NewServer(http.HandlerFunc(serve))
	for i := 0; i < 8; i++ {
		done.Add(1)
		go request(server.Client(), server.URL, &done)
	}
	done.Wait()
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println(theRing, theCursor, cursors, nodes, table, vectors, middle, drained.Len())
	fmt.Println(reader, builder.Len(), lines, parts, recent.Len(), byKey)
}
