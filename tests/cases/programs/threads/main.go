// Threads in each state that a program can bring one into, and their numbers: one that waits in C
// for a goroutine, those that only C knows, one that is kept for a goroutine that waits in Go, one
// that runs Go, and the main one, in a system call.
package main

/*
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <sys/syscall.h>

static _Atomic int in_c, foreign;

static int own_number(void) { return syscall(SYS_gettid); }

__attribute__((noinline)) static void native_wait(void) { in_c = own_number(); pause(); in_c = 0; }

__attribute__((noinline)) static void foreign_wait(void) { foreign = own_number(); pause(); foreign = 0; }
static void *foreign_start(void *nothing) { foreign_wait(); return nothing; }

static int start_foreign(void)
{
	pthread_t thread;

	foreign = 0;
	if (pthread_create(&thread, 0, foreign_start, 0))
		return 0;
	while (!foreign)
		usleep(100);
	return foreign;
}
static int number_in_c(void) { return in_c; }

// The runtime's handler would let threads run before it ends the process.
static void die_at_once(void) { signal(SIGABRT, SIG_DFL); }
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	never = make(chan int)
	spins int64
)

func init() { runtime.LockOSThread() } // main runs on the main thread

// unpreempted starts the program again so that the runtime leaves alone who runs.
func unpreempted() {
	const how = "asyncpreemptoff=1"
	if os.Getenv("GODEBUG") != how {
		os.Setenv("GODEBUG", how)
		panic(syscall.Exec(os.Args[0], os.Args, os.Environ()))
	}
}

// own is the number of the goroutine that calls it.
func own() int {
	var text [64]byte
	said := string(text[:runtime.Stack(text[:], false)])
	number, _ := strconv.Atoi(strings.Fields(said)[1])
	return number
}

func waitInC(started chan<- int) { started <- own(); C.native_wait() }

func keepThread(started chan<- int) {
	runtime.LockOSThread()
	started <- syscall.Gettid()
	<-never
}

//go:noinline
func spin(started chan<- int) {
	runtime.LockOSThread()
	started <- own()
	started <- syscall.Gettid()
	for {
		atomic.AddInt64(&spins, 1)
	}
}

// awaitSleep returns when the kernel says that the thread sleeps.
func awaitSleep(thread int) {
	for {
		said, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/stat", thread))
		state := strings.Fields(string(said[strings.LastIndexByte(string(said), ')')+1:]))[0]
		if err != nil || state == "S" {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func numbers() (all []int) {
	entries, _ := os.ReadDir("/proc/self/task")
	for _, entry := range entries {
		number, _ := strconv.Atoi(entry.Name())
		all = append(all, number)
	}
	return all
}

func main() {
	unpreempted()
	C.die_at_once()
	started := make(chan int)
	go waitInC(started)
	inC := <-started
	for C.number_in_c() == 0 {
		time.Sleep(time.Millisecond)
	}
	go keepThread(started)
	kept := <-started
	foreign := []int{int(C.start_foreign()), int(C.start_foreign())}
	truth := map[string]interface{}{
		"main": syscall.Gettid(), "kept": kept, "foreign": foreign,
		"in_c": int(C.number_in_c()), "in_c_goroutine": inC,
	}
	for _, thread := range append(foreign, kept, int(C.number_in_c())) {
		awaitSleep(thread)
	}
	go spin(started)
	truth["spinning_goroutine"] = <-started
	truth["spinning"] = <-started
	for atomic.LoadInt64(&spins) == 0 { // woken, it goes on when its thread is
		time.Sleep(time.Millisecond)
	}
	truth["all"] = numbers()
	json.NewEncoder(os.Stdout).Encode(truth)
	fmt.Println("ready")
	syscall.Read(0, make([]byte, 1))
}
