// Resting is what servers do most of the time: nothing, and nothing of it hangs.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const each = 20

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// serve leaves connections open, at both ends.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	both := make(chan bool)
	var arrived sync.WaitGroup
	arrived.Add(each)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Done()
		<-both
		io.WriteString(w, "hello")
	})
	go http.Serve(listener, handler)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: each}}
	var done sync.WaitGroup
	done.Add(each)
	for i := 0; i < each; i++ {
		go func() {
			defer done.Done()
			answer, err := client.Get("http://" + listener.Addr().String())
			must(err)
			_, err = io.ReadAll(answer.Body)
			must(err)
			must(answer.Body.Close())
		}()
	}
	arrived.Wait()
	close(both)
	done.Wait()
}

// pool hands out work once in a while.
func pool() {
	jobs, results := make(chan int), make(chan int)
	for i := 0; i < each; i++ {
		go func() {
			for job := range jobs {
				results <- job
			}
		}()
	}
	go func() {
		for range time.NewTicker(time.Hour).C {
			jobs <- 1
			<-results
		}
	}()
}

// pipeline is full, and its last stage slow.
func pipeline() {
	in := make(chan int, 2)
	first := in
	for i := 0; i < each; i++ {
		out := make(chan int, 2)
		go func(in <-chan int, out chan<- int) {
			for v := range in {
				out <- v
			}
		}(in, out)
		in = out
	}
	go func() {
		for i := 0; ; i++ {
			first <- i
		}
	}()
	go func() {
		for range in {
			time.Sleep(time.Hour)
		}
	}()
}

// group has workers that end when the context does, and one who waits for them.
func group(ctx context.Context) {
	var workers sync.WaitGroup
	for i := 0; i < each; i++ {
		workers.Add(1)
		child, cancel := context.WithTimeout(context.WithValue(ctx, each, i), time.Hour)
		go func() {
			defer workers.Done()
			defer cancel()
			ticker := time.NewTicker(time.Hour)
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
				case <-child.Done():
					return
				}
			}
		}()
	}
	go func() { workers.Wait(); os.Exit(0) }()
}

// queue is a condition and those who wait for it.
func queue(ctx context.Context) {
	var mu sync.Mutex
	full, length := sync.NewCond(&mu), 0
	for i := 0; i < each; i++ {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			for length == 0 {
				full.Wait()
			}
			length--
		}()
	}
	go func() {
		<-ctx.Done()
		mu.Lock()
		length = each
		mu.Unlock()
		full.Broadcast()
	}()
}

// lock is held while its holder sleeps.
func lock() {
	var mu sync.RWMutex
	held := make(chan bool)
	go func() {
		mu.Lock()
		defer mu.Unlock()
		held <- true
		time.Sleep(time.Hour)
	}()
	<-held
	for i := 0; i < each; i++ {
		go func() { mu.RLock(); mu.RUnlock() }()
	}
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() { <-signals; cancel() }()
	serve()
	pool()
	pipeline()
	group(ctx)
	queue(ctx)
	lock()
	time.Sleep(100 * time.Millisecond) // that they all rest, though nothing depends on it
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	fmt.Println("ready")
	select {}
}
