// A gRPC server and its clients: 20 connections with 10 idle streams each. Nothing leaks: every
// goroutine waits for a peer that is alive. With "unclosed" each client makes one call, and is lost;
// with "closed" it is closed first.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"gotopsy/field/measure"
)

const connections, streams = 20, 10

// raw is a codec of bytes: the service has no messages of its own.
type raw struct{}

func (raw) Name() string                  { return "raw" }
func (raw) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

type echo struct{ idle atomic.Int64 }

// serve answers each message, and waits for the next one.
func serve(server any, stream grpc.ServerStream) error {
	e := server.(*echo)
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
		e.idle.Add(1)
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func connect(to string) *grpc.ClientConn {
	client, err := grpc.NewClient(to, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
	must(err)
	return client
}

func begin(client *grpc.ClientConn, text string) grpc.ClientStream {
	stream, err := client.NewStream(context.Background(),
		&grpc.StreamDesc{StreamName: "Echo", ServerStreams: true, ClientStreams: true}, "/echo.Echo/Echo")
	must(err)
	message := []byte(text)
	must(stream.SendMsg(&message))
	must(stream.RecvMsg(&message))
	return stream
}

func open(to string) *grpc.ClientConn {
	client := connect(to)
	for i := 0; i < streams; i++ {
		held = append(held, begin(client, fmt.Sprint("stream ", i)))
	}
	return client
}

// call makes one call by a client of its own.
func call(to string) {
	var nothing []byte
	client := connect(to)
	stream := begin(client, "call")
	must(stream.CloseSend())
	if err := stream.RecvMsg(&nothing); err != io.EOF {
		panic(err)
	}
	if measure.Way() == "closed" {
		must(client.Close())
	}
}

// calls waits until each client has its goroutines, or none has.
func calls(to string) {
	before := runtime.NumGoroutine()
	for i := 0; i < connections; i++ {
		call(to)
	}
	measure.Until(func() bool {
		if measure.Way() == "closed" {
			return runtime.NumGoroutine() <= before
		}
		return runtime.NumGoroutine() >= before+3*connections
	})
	measure.Ready(map[string]any{"clients": connections})
}

var held []grpc.ClientStream

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	service := &echo{}
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "echo.Echo",
		HandlerType: (*any)(nil),
		Streams:     []grpc.StreamDesc{{StreamName: "Echo", Handler: serve, ServerStreams: true, ClientStreams: true}},
	}, service)
	go server.Serve(listener)
	if measure.Way() != "" && measure.Way() != "rest" {
		calls(listener.Addr().String())
		return
	}
	var clients []*grpc.ClientConn
	for i := 0; i < connections; i++ {
		clients = append(clients, open(listener.Addr().String()))
	}
	measure.Until(func() bool { return service.idle.Load() == connections*streams })
	measure.Ready(map[string]any{"streams": connections * streams})
	println(len(clients), len(held))
}
