// Leaks of which the program's memory profile has samples: the advice says where they come from.
package main

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gotopsy/field/measure"
)

const many = 200

type leak struct {
	Row      string `json:"row"`
	Says     string `json:"says"`
	How      string `json:"how"`
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

var leaks = map[leak]bool{}

// at states a leak that is allocated in the line that follows the caller's.
func at(row, says, how string) {
	pc, file, line, _ := runtime.Caller(1)
	leaks[leak{row, says, how, runtime.FuncForPC(pc).Name(), filepath.Base(file), line + 1}] = true
}

type key struct{}

func query() {
	ctx := context.WithValue(context.Background(), key{}, make([]byte, 1<<10))
	at("ctx_timer", "CancelFunc", "at")
	_, cancel := context.WithTimeout(ctx, time.Hour)
	if measure.Fixed() {
		cancel()
	}
}

type session struct{ token string }

//go:noinline
func read(i int) string {
	at("substring", "strings.Clone", "allocated at")
	return strings.Repeat("x", 4096+i%2)
}

func login(i int) *session {
	token := read(i)[:16]
	if measure.Fixed() {
		token = strings.Clone(token)
	}
	return &session{token}
}

var sessions []*session

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < many; i++ {
		query()
		sessions = append(sessions, login(i))
	}
	runtime.MemProfileRate = 0
	runtime.MemProfile(nil, true) // whoever links it has samples
	list := []leak{}
	for l := range leaks {
		list = append(list, l)
	}
	measure.Ready(map[string]any{"leaks": list})
	runtime.KeepAlive(sessions)
}
