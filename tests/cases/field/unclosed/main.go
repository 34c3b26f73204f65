// A client of net/http for each of many requests at once, which nobody closes: each keeps an idle
// connection, whose goroutines keep the client. Fixed: one client has as many idle connections, and
// the program has the client. Others that do not leak: "closed" closes the connections, and with
// "timed" they are closed after an hour.
package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"time"

	"gotopsy/field/measure"
)

const requests, known = 120, 16384

// A dialer knows much about the hosts that it has seen.
type dialer struct {
	net.Dialer
	hosts [known]byte
}

func newClient() *http.Client {
	d := &dialer{}
	transport := &http.Transport{
		MaxIdleConnsPerHost: requests,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			d.hosts[0]++
			return d.Dialer.DialContext(ctx, network, address)
		}}
	if measure.Way() == "timed" {
		transport.IdleConnTimeout = time.Hour
	}
	return &http.Client{Transport: transport}
}

func get(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

// serve answers when all requests have come, so that each has a connection of its own.
func serve() *httptest.Server {
	var come sync.WaitGroup
	come.Add(requests)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		come.Done()
		come.Wait()
		io.WriteString(w, strings.Repeat("x", 100))
	}))
}

func main() {
	var done sync.WaitGroup
	server, shared := serve(), newClient()
	for i := 0; i < requests; i++ {
		client := shared
		if !measure.Fixed() {
			client = newClient()
		}
		done.Add(1)
		go func() {
			defer done.Done()
			get(client, server.URL)
			if measure.Way() == "closed" {
				client.CloseIdleConnections()
			}
		}()
	}
	done.Wait()
	measure.Until(func() bool { return (runtime.NumGoroutine() >= 3*requests) != (measure.Way() == "closed") })
	measure.Ready(map[string]any{"clients": requests, "known": known,
		"leaks": []map[string]string{{"row": "unclosed"}}})
	runtime.KeepAlive(shared)
	runtime.KeepAlive(server)
}
