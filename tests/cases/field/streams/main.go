// A gRPC server and its clients: 20 connections with 10 idle streams each. Nothing leaks: every
// goroutine waits for a peer that is alive.
package main

import (
	"context"
	"fmt"
	"net"
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
		if err := stream.RecvMsg(&message); err != nil {
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

func open(to string) *grpc.ClientConn {
	client, err := grpc.NewClient(to, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
	must(err)
	for i := 0; i < streams; i++ {
		stream, err := client.NewStream(context.Background(),
			&grpc.StreamDesc{StreamName: "Echo", ServerStreams: true, ClientStreams: true}, "/echo.Echo/Echo")
		must(err)
		message := []byte(fmt.Sprint("stream ", i))
		must(stream.SendMsg(&message))
		must(stream.RecvMsg(&message))
		held = append(held, stream)
	}
	return client
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
	var clients []*grpc.ClientConn
	for i := 0; i < connections; i++ {
		clients = append(clients, open(listener.Addr().String()))
	}
	measure.Until(func() bool { return service.idle.Load() == connections*streams })
	measure.Ready(map[string]any{"streams": connections * streams})
	println(len(clients), len(held))
}
