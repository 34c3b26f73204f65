// Threads that C has made: some that know of no Go, some that are in Go, and some that came back from
// it. States what the runtime says of its goroutines.
package main

/*
#include <pthread.h>
#include <unistd.h>

extern void stay(void);
extern void visit(void);

enum { THREADS = 3 };
static _Atomic int outside;

static void *be_outside(void *unused) { outside++; pause(); return unused; }
static void *be_inside(void *unused) { stay(); return unused; }
static void *come_back(void *unused) { visit(); return be_outside(unused); }

static void start(void *(*body)(void *))
{
	pthread_t thread;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, body, NULL);
}
static void start_all(void) { start(be_outside); start(be_inside); start(come_back); }
static int count_outside(void) { return outside; }
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

var (
	inside, never = int32(0), make(chan int)
	visits        [][]byte
	lock          = make(chan bool, 1)
)

//export stay
func stay() {
	held := make([]byte, 1<<16)
	atomic.AddInt32(&inside, 1)
	<-never
	runtime.KeepAlive(held)
}

//export visit
func visit() {
	lock <- true
	visits = append(visits, make([]byte, 1<<10))
	<-lock
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

func main() {
	C.start_all()
	for C.count_outside() != 2*C.THREADS || strings.Count(stacks(), "[chan receive") != C.THREADS {
		time.Sleep(time.Millisecond)
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	truth, _ := json.Marshal(map[string]string{"stacks": stacks()})
	fmt.Println(string(truth))
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
