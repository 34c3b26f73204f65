// Clients of a library, one for each request, which nobody closes. Their goroutines wait for time and
// for the end of the client, which only they reach. Fixed: each is closed. Others that do not leak:
// "registered" has all clients in a package variable, with "served" the goroutine of a connection has
// each, and with "paced" no client has to end.
package main

import (
	"net"
	"runtime"

	"example.org/feed"

	"gotopsy/field/measure"
)

const (
	requests   = 100
	goroutines = 3 // of a client
)

var clients []*feed.Client

func request() {
	client := feed.NewClient()
	switch measure.Way() {
	case "fixed":
		client.Close()
		measure.Until(func() bool { return runtime.NumGoroutine() < goroutines })
	case "registered":
		clients = append(clients, client)
	}
}

// serve closes the client when its connection ends.
func serve(listener net.Listener) {
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	near, err := listener.Accept()
	if err != nil {
		panic(err)
	}
	client := feed.NewClient()
	go func() {
		defer far.Close()
		defer client.Close()
		near.Read(make([]byte, 1))
	}()
}

func start(listener net.Listener) {
	switch measure.Way() {
	case "served":
		serve(listener)
	case "paced":
		feed.Pace()
	default:
		request()
	}
}

// come waits until the goroutines of all clients wait.
func come() {
	switch measure.Way() {
	case "fixed":
	case "paced":
		measure.Blocked("feed.(*Paced).run", requests)
		measure.Blocked("feed.(*Paced).pace", requests)
	default:
		measure.Blocked("feed.(*Client).watch", requests)
		measure.Blocked("feed.(*Client).refresh", requests)
		measure.Blocked("feed.(*Client).write", requests)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	for i := 0; i < requests; i++ {
		start(listener)
	}
	come()
	measure.Ready(map[string]any{"clients": requests, "known": feed.Known,
		"leaks": []map[string]string{{"row": "island"}}})
	runtime.KeepAlive(listener)
}
