package main

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"time"

	"gotopsy.programs/truth"
)

// A session's token is cut from the header of the request that began it.
type session struct {
	token string
	hits  int
}

var sessions = map[int]*session{}

//go:noinline
func login(user int) {
	header := "Authorization: Bearer 0123456789abcdef\r\n" + truth.Text(4054)
	token := header[len("Authorization: Bearer "):strings.Index(header, "\r")]
	if !truth.Leaking {
		token = strings.Clone(token)
	}
	sessions[user] = &session{token: token}
	truth.Substring(header, token)
}

// The incidents are lines of read buffers.
var incidents [][]byte

//go:noinline
func scanLog() {
	buffer := truth.Bytes(8 << 10)
	copy(buffer[2000:], "\nerror: connection reset by peer\n")
	_, rest, _ := bytes.Cut(buffer, []byte("\n"))
	end := bytes.IndexByte(rest, '\n')
	line := rest[:end:end]
	if !truth.Leaking {
		line = append([]byte(nil), line...)
	}
	incidents = append(incidents, line)
	truth.Subslice(buffer, line)
}

// Uploads wait in a queue whose popped slots nobody clears.
type upload struct {
	name string
	data []byte
}

var uploads []*upload

//go:noinline
func handleUploads() {
	uploads = make([]*upload, 0, 48)
	for i := 0; i < cap(uploads); i++ {
		uploads = append(uploads, &upload{"photo.jpg", truth.Bytes(16 << 10)})
	}
	all := uploads
	for len(uploads) > 3 {
		if !truth.Leaking {
			uploads[0] = nil
		}
		uploads = uploads[1:]
	}
	truth.LostElements(all, uploads)
}

// The origin answers when it is closed, which is after everybody has given up.
var origin = make(chan struct{})

//go:noinline
func fetchOrGiveUp() []byte {
	replies := make(chan []byte)
	if !truth.Leaking {
		replies = make(chan []byte, 1)
	}
	go func() {
		reply := truth.Bytes(8 << 10)
		truth.Goroutine()
		<-origin
		replies <- reply
	}()
	select {
	case reply := <-replies:
		return reply
	case <-time.After(time.Millisecond):
		return nil
	}
}

// A refresh that is abandoned before its first tick.
//
//go:noinline
func refresh() {
	const period = 15 * time.Minute
	t := time.NewTicker(period)
	if !truth.Leaking {
		defer t.Stop()
	}
	select {
	case <-t.C:
	default:
	}
	truth.AbandonedTicker(t, period)
}

// A connection and its pool refer to each other.
type connection struct {
	pool   *pool
	buffer [16 << 10]byte
}

type pool struct {
	idle []*connection
}

func (c *connection) close() { c.buffer[0] = 0 }

//go:noinline
func connect() {
	c := &connection{pool: &pool{}}
	c.pool.idle = append(c.pool.idle, c)
	runtime.SetFinalizer(c, (*connection).close)
	if !truth.Leaking {
		runtime.SetFinalizer(c, nil)
		c.close()
	}
	truth.FinalizerCycle(c)
}

// An export holds the locks of all documents until the last is written.
type document struct {
	mu   sync.Mutex
	text [2 << 10]byte
}

var exported int

//go:noinline
func export() {
	const documents = 200
	for i := 0; i < documents; i++ {
		if truth.Leaking {
			d := new(document)
			d.mu.Lock()
			defer d.mu.Unlock()
			exported += len(d.text)
		} else {
			exportOne(new(document))
		}
	}
	truth.DeferredCalls("main.export", documents)
	truth.Done()
}

//go:noinline
func exportOne(d *document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	exported += len(d.text)
}
