// Goroutines that wait with pprof labels, and some without.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"sync"
)

var (
	started sync.WaitGroup
	never   = make(chan int)
)

func plain() { started.Done(); <-never }

func few(context.Context) { started.Done(); <-never }

func each(context.Context) { started.Done(); <-never }

func many(context.Context) { started.Done(); <-never }

// More than a bucket or a group of a map holds, and more than a small map's one.
func manyLabels() pprof.LabelSet {
	var pairs []string
	for i := 0; i < 20; i++ {
		pairs = append(pairs, "key"+strconv.Itoa(i), "value"+strconv.Itoa(i))
	}
	return pprof.Labels(pairs...)
}

func main() {
	started.Add(7)
	go plain()
	for i := 0; i < 3; i++ {
		go pprof.Do(context.Background(), pprof.Labels("role", "worker", "pool", ""), few)
	}
	for i := 0; i < 2; i++ {
		go pprof.Do(context.Background(), pprof.Labels("shared", "yes", "number", strconv.Itoa(i)), each)
	}
	go pprof.Do(context.Background(), manyLabels(), many)
	started.Wait()
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
