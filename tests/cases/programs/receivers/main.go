// Receivers has objects that nothing but the receivers of running methods lead to, each with a short
// substring of a long string.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

const large = 100_000

type server struct {
	name  string
	stop  chan bool
	count int
}

//go:noinline
func (s *server) serve() {
	for !<-s.stop {
		s.count++
	}
	fmt.Println(s.name)
}

//go:noinline
func start(stop chan bool) {
	s := &server{name: strings.Repeat("name", large/4)[:16], stop: stop}
	go s.serve()
}

func main() {
	stop := make(chan bool)
	for i := 0; i < 5; i++ {
		start(stop)
	}
	for i := 0; i < 3; i++ {
		runtime.Gosched()
		runtime.GC()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	close(stop)
}
