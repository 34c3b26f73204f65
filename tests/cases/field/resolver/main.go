// A real server at work: a CoreDNS server whose cache has answered so many names, and clients that
// never stop to ask for them.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/template"
	"github.com/miekg/dns"

	"gotopsy/field/measure"
)

const (
	clients = 4
	names   = 10000
)

// The cache has room for all names, and its shards for those that fall to each.
const corefile = `.:0 {
	errors
	hosts {
		10.0.0.1 db.internal
		fallthrough
	}
	cache 3600 {
		success 40000
	}
	template IN A {
		answer "{{ .Name }} 3600 IN A 10.1.2.3"
	}
}`

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func serve() *caddy.Instance {
	caddy.Quiet, dnsserver.Quiet = true, true
	server, err := caddy.Start(caddy.CaddyfileInput{Contents: []byte(corefile), Filepath: "Corefile", ServerTypeName: "dns"})
	must(err)
	return server
}

// ask asks for one name until it is answered.
func ask(client *dns.Client, address string, number int) {
	query := new(dns.Msg)
	query.SetQuestion(fmt.Sprintf("host-%d.example.org.", number), dns.TypeA)
	for {
		reply, _, err := client.Exchange(query, address)
		if err == nil && len(reply.Answer) == 1 {
			return
		}
	}
}

// browse asks for its share of the names, and goes on.
func browse(address string, first int, all *sync.WaitGroup) {
	client := &dns.Client{Timeout: 5 * time.Second}
	for i := first; i < names; i += clients {
		ask(client, address, i)
	}
	all.Done()
	for {
		ask(client, address, first)
		time.Sleep(10 * time.Millisecond)
	}
}

// anonymous is what the kernel says of this process's own resident memory, in bytes.
func anonymous() (kib int) {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	fmt.Sscan(rest, &kib)
	return kib << 10
}

func main() {
	server := serve()
	address := server.Servers()[0].LocalAddr().String()
	var all sync.WaitGroup
	all.Add(clients)
	for i := 0; i < clients; i++ {
		go browse(address, i, &all)
	}
	all.Wait()
	measure.Collect()
	measure.Tell(map[string]any{"resident": anonymous(), "names": names})
	runtime.KeepAlive(server)
}
