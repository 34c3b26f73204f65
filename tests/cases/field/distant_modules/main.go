// Calls over connections of HTTP/2, by gRPC or golang.org/x/net/http2, to a server that takes them and
// answers nothing. Each way leaks; its twin "-mended" gives each call a deadline, and "-busy" has
// deadlines that are far away.
package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"gotopsy/field/measure"
)

const many = 40

type page [128 << 10]byte // what the runtime caches of a call that has ended weighs less

//go:noinline
func newPage() *page { return new(page) }

//go:noinline
func touch(p *page) { p[0]++ }

var ended atomic.Int64

// serve takes connections and requests, and answers nothing but what keeps a connection.
func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go keep(conn)
		}
	}()
	return listener.Addr().String()
}

func keep(conn net.Conn) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1000})
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				framer.WritePing(true, frame.Data)
			}
		}
	}
}

// deadline is what each call has, if any.
func deadline() (context.Context, context.CancelFunc) {
	switch _, way, _ := strings.Cut(measure.Way(), "-"); way {
	case "mended":
		return context.WithTimeout(context.Background(), time.Second/4)
	case "busy":
		return context.WithTimeout(context.Background(), time.Minute)
	}
	return context.Background(), func() {}
}

var backend *grpc.ClientConn

//go:noinline
func lookUp() {
	p := newPage()
	ctx, cancel := deadline()
	defer cancel()
	backend.Invoke(ctx, "/field.Names/LookUp", &emptypb.Empty{}, &emptypb.Empty{})
	touch(p)
	ended.Add(1)
}

func dial() {
	var err error
	backend, err = grpc.NewClient(serve(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
}

var client = &http.Client{Transport: &http2.Transport{
	AllowHTTP: true,
	DialTLSContext: func(_ context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
		return net.Dial(network, address)
	},
}}

var url string

//go:noinline
func fetch() {
	p := newPage()
	ctx, cancel := deadline()
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		panic(err)
	}
	if response, err := client.Do(request); err == nil {
		response.Body.Close()
	}
	touch(p)
	ended.Add(1)
}

func main() {
	call, place, row := lookUp, "google.golang.org/grpc.invoke", "rpc_timeout"
	if strings.HasPrefix(measure.Way(), "http2") {
		call, place, row = fetch, "golang.org/x/net/http2.(*ClientConn).roundTrip", "http_timeout"
		url = "http://" + serve()
	} else {
		dial()
	}
	for i := 0; i < many; i++ {
		go call()
	}
	if strings.HasSuffix(measure.Way(), "-mended") {
		measure.Until(func() bool { return ended.Load() == many })
	} else {
		measure.Blocked(place, many)
		measure.Seen()
	}
	leaks := []map[string]string{{"row": row}}
	measure.Ready(map[string]any{"many": many, "leaks": leaks})
}
