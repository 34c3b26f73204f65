// Reads tracebacks with panicparse and says what it made of them, as JSON.
package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/maruel/panicparse/v2/stack"
)

type call struct {
	Function, File, Arguments string
	Line                      int
}

type goroutine struct {
	ID      int
	State   string
	Minutes int
	Locked  bool
	Stack   []call
	Created []call
}

func calls(from stack.Stack) []call {
	made := []call{}
	for _, c := range from.Calls {
		made = append(made, call{c.Func.Complete, c.RemoteSrcPath, c.Args.String(), c.Line})
	}
	return made
}

func main() {
	all := []goroutine{}
	snapshot, rest, err := stack.ScanSnapshot(os.Stdin, io.Discard, &stack.Opts{})
	if snapshot == nil || (err != nil && err != io.EOF) {
		panic(err)
	}
	for _, g := range snapshot.Goroutines {
		all = append(all, goroutine{g.ID, g.State, g.SleepMax, g.Locked, calls(g.Stack), calls(g.CreatedBy)})
	}
	left, _ := io.ReadAll(os.Stdin)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"goroutines": all, "left": string(rest) + string(left),
	})
}
