// Clients that have a goroutine each which waits for IO: connections to a NATS server, and watchers of
// files ("watch"). They leak where nobody closes them. Healthy: "closed", "watched", where they are
// closed; "kept", "watching", where a variable has them, or who reads what they find.
package main

import (
	"bufio"
	"net"
	"strings"

	"github.com/fsnotify/fsnotify"
	"github.com/nats-io/nats.go"

	"gotopsy/field/measure"
)

const clients = 40

type board [16 << 10]byte

var kept []any

// serve answers as a NATS server that has nothing to tell.
func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go answer(conn)
	}
}

func answer(conn net.Conn) {
	info := `{"server_id":"a","version":"2.10.0","proto":1,"max_payload":1048576,"headers":true}`
	conn.Write([]byte("INFO " + info + "\r\n"))
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "PING") {
			conn.Write([]byte("PONG\r\n"))
		}
	}
}

//go:noinline
func connect(url string) {
	b := new(board)
	conn, err := nats.Connect(url)
	if err == nil {
		_, err = conn.Subscribe("prices", func(m *nats.Msg) { copy(b[:], m.Data) })
	}
	if err != nil {
		panic(err)
	}
	conn.Flush()
	switch measure.Way() {
	case "closed":
		conn.Close()
	case "kept":
		kept = append(kept, conn)
	}
}

//go:noinline
func watch() {
	w, err := fsnotify.NewWatcher()
	if err == nil {
		err = w.Add("/")
	}
	if err != nil {
		panic(err)
	}
	switch measure.Way() {
	case "watched":
		w.Close()
	case "watching":
		go follow(w, new(board))
	}
}

func follow(w *fsnotify.Watcher, b *board) {
	for event := range w.Events {
		copy(b[:], event.Name)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(listener)
	for i := 0; i < clients; i++ {
		if strings.HasPrefix(measure.Way(), "watch") {
			watch()
		} else {
			connect("nats://" + listener.Addr().String())
		}
	}
	measure.Ready(map[string]any{"clients": clients})
	listener.Close()
}
