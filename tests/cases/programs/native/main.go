// Goroutines that wait in C for a signal that never comes, two C functions deep, and one that C has
// called back. Two of them differ by their C functions only.
package main

/*
#include <unistd.h>

extern void calledBack(void);

static _Atomic int depth;

__attribute__((noinline)) static void native_inner(void) { depth++; pause(); depth--; }
__attribute__((noinline)) static void native_other(void) { depth += 2; pause(); depth -= 2; }
__attribute__((noinline)) static void native_outer(int other)
{
	depth++;
	if (other)
		native_other();
	else
		native_inner();
	depth--;
}
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

func waitInC(other int) { C.native_outer(C.int(other)) }

func callBack() { C.native_back() }

func main() {
	for i := 0; i < 2; i++ {
		go waitInC(i)
	}
	go callBack()
	<-back
	for C.native_depth() != 5 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // from there to the system call
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
}
