// A client asks a server for large pages, reads the status alone and forgets to close the bodies.
// Each connection keeps two goroutines of net/http. With "reading" the bodies are still being read,
// by goroutines that wait for more of them.
package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"

	"gotopsy/field/measure"
)

const requests = 60

func check(url string) int {
	response, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	if measure.Fixed() {
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if measure.Way() == "reading" {
		reading.Add(1)
		go func() {
			response.Body.Read(make([]byte, 1))
			reading.Done()
			io.Copy(io.Discard, response.Body)
		}()
	}
	return response.StatusCode
}

var reading sync.WaitGroup

func main() {
	more := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 64<<10))
		if measure.Way() == "reading" {
			w.(http.Flusher).Flush()
			<-more
		}
	}))
	for i := 0; i < requests; i++ {
		check(server.URL)
	}
	reading.Wait()
	if measure.Way() == "" {
		measure.Until(func() bool { return runtime.NumGoroutine() >= 3*requests })
	}
	measure.Ready(map[string]any{"requests": requests})
	close(more)
}
