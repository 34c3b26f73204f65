// Outside has goroutines that wait for what no other goroutine gives: they read from connections,
// write to them and accept some, or sleep. It says which waits for which file, and for how long.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

type waits struct {
	Read  map[string]int64 `json:"read"`  // file -> goroutine
	Write map[string]int64 `json:"write"` // file -> goroutine
	Sleep map[string]int64 `json:"sleep"` // seconds -> goroutine
}

var (
	told = waits{map[string]int64{}, map[string]int64{}, map[string]int64{}}
	ids  = make(chan int64)
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func id() (id int64) {
	buf := make([]byte, 64)
	fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %d", &id)
	return id
}

func file(of syscall.Conn) (number string) {
	conn, err := of.SyscallConn()
	check(err)
	check(conn.Control(func(fd uintptr) { number = fmt.Sprint(fd) }))
	return number
}

// start has a goroutine wait, and notes it.
func start(in map[string]int64, name string, wait func()) {
	go func() {
		ids <- id()
		wait()
	}()
	in[name] = <-ids
}

func pair(listener *net.TCPListener) (near, far *net.TCPConn) {
	dialled, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	accepted, err := listener.AcceptTCP()
	check(err)
	return dialled.(*net.TCPConn), accepted
}

// exchange has one read and one write on the same connection, whose other end does neither.
func exchange(listener *net.TCPListener) *net.TCPConn {
	near, far := pair(listener)
	start(told.Read, file(near), func() { near.Read(make([]byte, 1)) })
	start(told.Write, file(near), func() { near.Write(make([]byte, 16<<20)) })
	return far
}

func pipe() *os.File {
	reader, writer, err := os.Pipe()
	check(err)
	start(told.Read, file(reader), func() { reader.Read(make([]byte, 1)) })
	return writer
}

// settled says whether all of them wait.
func settled() bool {
	buf := make([]byte, 1<<20)
	text := string(buf[:runtime.Stack(buf, true)])
	io, sleeping := len(told.Read)+len(told.Write), len(told.Sleep)
	return strings.Count(text, " [IO wait") == io && strings.Count(text, " [sleep") == sleeping
}

func main() {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	kept := []interface{}{exchange(listener), exchange(listener), pipe()}
	start(told.Read, file(listener), func() { listener.Accept() })
	for _, seconds := range []int{1000, 5000} {
		long := time.Duration(seconds) * time.Second
		start(told.Sleep, fmt.Sprint(seconds), func() { time.Sleep(long) })
	}
	for !settled() {
		runtime.Gosched()
	}
	runtime.GC() // its time is the latest that the core knows of
	json.NewEncoder(os.Stdout).Encode(told)
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	runtime.KeepAlive(kept)
}
