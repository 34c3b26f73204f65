// Handler has a goroutine that runs Go until a signal, whose handler is in C and does not return. What
// it held when it was interrupted nothing else holds. Another goroutine may be woken by it only.
package main

/*
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static _Atomic int handling;

__attribute__((noinline)) static void handler_body(void) { handling = 1; for (;;) pause(); }
static void handle(int number) { handler_body(); handling = 0; }

// Instead of the runtime's own handler.
static int install(void)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

	sigfillset(&action.sa_mask);
	return sigaction(SIGUSR1, &action, 0);
}

// The runtime preempts by it, and would take the thread away from who runs.
static void stay(void)
{
	sigset_t preempts;

	sigemptyset(&preempts);
	sigaddset(&preempts, SIGURG);
	pthread_sigmask(SIG_BLOCK, &preempts, 0);
}
static int in_handler(void) { return handling; }
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

type block [1 << 20]byte

var spinning, stop uint32

//go:noinline
func spin(held *block) *block {
	atomic.StoreUint32(&spinning, 1)
	for atomic.LoadUint32(&stop) == 0 {
	}
	return held
}

//go:noinline
func keeper(wake chan *block) { <-wake }

//go:noinline
func hold(wake chan *block, started chan<- int) {
	runtime.LockOSThread()
	C.stay()
	held := new(block)
	started <- syscall.Gettid()
	wake <- spin(held)
}

func main() {
	if C.install() != 0 {
		panic("no handler")
	}
	wake, started := make(chan *block), make(chan int)
	go keeper(wake)
	go hold(wake, started)
	thread := <-started
	for atomic.LoadUint32(&spinning) == 0 {
		time.Sleep(time.Millisecond)
	}
	syscall.Tgkill(syscall.Getpid(), thread, syscall.SIGUSR1)
	for C.in_handler() == 0 {
		time.Sleep(time.Millisecond)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]int{"thread": thread, "bytes": len(block{})})
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
