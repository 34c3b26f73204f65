// A real server at work: a NATS server with a stream in memory, clients that subscribe by the
// thousand, and publishers that never stop. The stream is full, so its size stays the same.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"gotopsy/field/measure"
)

const (
	clients = 40
	topics  = 100 // of each client
	stored  = 20000
	body    = 400
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func serve() *server.Server {
	folder, err := os.MkdirTemp(".", "store")
	must(err)
	broker, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: folder, NoLog: true, NoSigs: true})
	must(err)
	broker.Start()
	if !broker.ReadyForConnections(20 * time.Second) {
		panic("the server is not ready")
	}
	return broker
}

func connect(broker *server.Server) *nats.Conn {
	client, err := nats.Connect(broker.ClientURL())
	must(err)
	return client
}

func subscribe(client *nats.Conn, number int) {
	for i := 0; i < topics; i++ {
		_, err := client.Subscribe(fmt.Sprintf("news.%d.%d", number, i), func(*nats.Msg) {})
		must(err)
	}
	must(client.Flush())
}

// publish fills the stream, and goes on.
func publish(stream nats.JetStreamContext, full chan bool) {
	text := make([]byte, body)
	for i := 0; ; i++ {
		if _, err := stream.PublishAsync(fmt.Sprintf("orders.%d", i%50), text); err != nil {
			return
		}
		if i%256 == 0 {
			<-stream.PublishAsyncComplete()
		}
		if i == stored {
			close(full)
		}
		if i > stored {
			time.Sleep(time.Millisecond)
		}
	}
}

// resident is what the kernel says of this process, in bytes.
func resident() map[string]int {
	found := map[string]int{}
	status, err := os.Open("/proc/self/status")
	must(err)
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if strings.HasPrefix(name, "Rss") {
			kib, _ := strconv.Atoi(strings.Fields(value)[0])
			found[name] = kib << 10
		}
	}
	return found
}

func main() {
	broker := serve()
	for i := 0; i < clients; i++ {
		subscribe(connect(broker), i)
	}
	stream, err := connect(broker).JetStream(nats.PublishAsyncMaxPending(1024))
	must(err)
	_, err = stream.AddStream(&nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"},
		Storage: nats.MemoryStorage, MaxMsgs: stored, Discard: nats.DiscardOld})
	must(err)
	if way := measure.Way(); way != "" {
		crowds(way)
	} else {
		full := make(chan bool)
		go publish(stream, full)
		<-full
	}
	measure.Collect()
	measure.Tell(map[string]any{"rss": resident(), "stored": stored, "body": body, "many": many})
	runtime.KeepAlive(broker)
}
