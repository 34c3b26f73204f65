// Spinning has a goroutine that holds a block by a variable that is in a register for as long as it
// spins: nothing of its frame tells of it. Another waits, and holds one by a variable on its stack.
// Nothing leaks.
//
// Where there is one P, the main goroutine keeps it in the end: the one that spins was preempted where
// it was, and stays so. Where there are more, it runs.
package main

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"
)

type block [1 << 20]byte

var (
	spinning, stop uint32
	sink           *block
	number         int
	started        = make(chan int)
	forever        = make(chan int)
	ready          = []byte("ready\n")
	input          [1]byte
)

//go:noinline
func make1MiB() *block { return new(block) }

//go:noinline
func spin() *block {
	held := make1MiB()
	for atomic.StoreUint32(&spinning, 1); atomic.LoadUint32(&stop) == 0; {
	}
	return held
}

//go:noinline
func makeNumber() int { return len(ready) }

//go:noinline
func wait() (*block, int) {
	waitingBlock := make1MiB()
	waitingNumber := makeNumber()
	started <- 1
	<-forever
	return waitingBlock, waitingNumber
}

func main() {
	go func() { sink, number = wait() }()
	<-started
	go func() { sink = spin() }()
	for atomic.LoadUint32(&spinning) == 0 {
		runtime.Gosched()
	}
	syscall.RawSyscall(syscall.SYS_WRITE, 1, uintptr(unsafe.Pointer(&ready[0])), uintptr(len(ready)))
	syscall.RawSyscall(syscall.SYS_READ, 0, uintptr(unsafe.Pointer(&input[0])), 1)
	atomic.StoreUint32(&stop, 1)
}
