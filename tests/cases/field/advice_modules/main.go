// Leaks that show in well-known modules: one for each of their rows in the table of advice
// (inspector/detect/describe/advice.def), or, when it is mended as the row tells, none.
package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"gotopsy/field/measure"
)

const (
	crowd = 20
	large = 16 << 10
)

type leak struct {
	Row      string `json:"row"`
	Says     string `json:"says"`
	Function string `json:"function,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

var (
	leaks = map[leak]bool{}
	lock  sync.Mutex
)

// at states a leak of the line that follows the caller's.
func at(row, says string) {
	pcs := make([]uintptr, 1)
	runtime.Callers(2, pcs)
	frame, _ := runtime.CallersFrames(pcs).Next()
	state(leak{row, says, frame.Function, filepath.Base(frame.File), frame.Line + 1})
}

func state(l leak) {
	lock.Lock()
	leaks[l] = true
	lock.Unlock()
}

// members fail to see that the first of them has failed.
func members() {
	for i := 0; i < crowd; i++ {
		group, ctx := errgroup.WithContext(context.Background())
		results := make(chan []byte)
		group.Go(func() error { return errors.New("failed") })
		group.Go(func() error {
			payload := make([]byte, large)
			if measure.Fixed() {
				select {
				case results <- payload:
				case <-ctx.Done():
				}
				return nil
			}
			at("errgroup_member", "Done")
			results <- payload
			return nil
		})
		go func() {
			payload := make([]byte, large)
			at("errgroup_wait", "return")
			group.Wait()
			runtime.KeepAlive(payload)
		}()
	}
}

// limited starts a function of the group in one of its functions.
func limited() {
	for i := 0; i < crowd; i++ {
		group := &errgroup.Group{}
		group.SetLimit(1)
		payload := make([]byte, large)
		started := make(chan bool)
		group.Go(func() error {
			started <- true
			if !measure.Fixed() {
				at("errgroup_limit", "Go")
				group.Go(func() error { return nil })
			}
			runtime.KeepAlive(payload)
			return nil
		})
		<-started
	}
}

// flights wait for a call that waits for an answer.
func flights() {
	for i := 0; i < crowd; i++ {
		group := &singleflight.Group{}
		begun, answer := make(chan bool), make(chan []byte)
		load := func() (any, error) {
			close(begun)
			if measure.Fixed() {
				select {
				case body := <-answer:
					return body, nil
				case <-time.After(time.Millisecond):
					return nil, errors.New("late")
				}
			}
			at("receive", "close")
			return <-answer, nil
		}
		go group.Do("key", load)
		<-begun
		go func() {
			payload := make([]byte, large)
			at("singleflight", "deadline")
			group.Do("key", func() (any, error) { return nil, nil })
			runtime.KeepAlive(payload)
		}()
	}
}

func tickets() {
	for i := 0; i < crowd; i++ {
		seats := semaphore.NewWeighted(1)
		seats.Acquire(context.Background(), 1)
		if measure.Fixed() {
			seats.Release(1)
		}
		go func() {
			payload := make([]byte, large)
			at("semaphore", "Release")
			seats.Acquire(context.Background(), 1)
			runtime.KeepAlive(payload)
		}()
	}
}

func main() {
	members()
	limited()
	flights()
	tickets()
	streams()
	idle()
	last, same := 0, 0
	measure.Until(func() bool {
		now := runtime.NumGoroutine()
		if now == last {
			same++
		} else {
			last, same = now, 0
		}
		return same > 100
	})
	list := []leak{}
	for l := range leaks {
		list = append(list, l)
	}
	measure.Ready(map[string]any{"leaks": list})
	runtime.KeepAlive(conn)
}

var conn *grpc.ClientConn

// streams are ended by the server, and neither read to their end nor cancelled.
func streams() {
	state(leak{Row: "grpc_stream", Says: "cancel"})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return nil }))
	go server.Serve(listener)
	conn, err = grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	for i := 0; i < 4*crowd; i++ {
		watch(conn)
	}
}

// idle makes clients that are never used.
func idle() {
	if !measure.Fixed() {
		state(leak{Row: "library", Says: "Close"})
	}
	for i := 0; i < 4*crowd; i++ {
		conn, err := grpc.NewClient("passthrough:///nobody", grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			panic(err)
		}
		if measure.Fixed() {
			conn.Close()
		}
	}
}

type key struct{}

func watch(conn *grpc.ClientConn) {
	ctx := context.WithValue(context.Background(), key{}, make([]byte, large))
	ctx, cancel := context.WithCancel(ctx)
	desc := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	if _, err := conn.NewStream(ctx, desc, "/field.Advice/Watch"); err != nil {
		panic(err)
	}
	if measure.Fixed() {
		cancel()
	}
}
