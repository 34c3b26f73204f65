// A goroutine that waits in C for a signal that never comes, two C functions deep, and one that C
// has called back.
package main

/*
#include <unistd.h>

extern void calledBack(void);

static volatile int depth;

__attribute__((noinline)) static void native_inner(void) { depth++; pause(); depth--; }
__attribute__((noinline)) static void native_outer(void) { depth++; native_inner(); depth--; }
__attribute__((noinline)) static void native_back(void) { calledBack(); depth--; }
static int native_depth(void) { return depth; }
*/
import "C"

import (
	"fmt"
	"os"
	"time"
)

var back, never = make(chan int), make(chan int)

//export calledBack
func calledBack() { close(back); <-never }

func waitInC() { C.native_outer() }

func callBack() { C.native_back() }

func main() {
	go waitInC()
	go callBack()
	<-back
	for C.native_depth() != 2 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // from there to the system call
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
