// Foreign dies in C, after faults that it recovered from.
package main

/*
static int fault(volatile int *at) { return *at; }
*/
import "C"

import "unsafe"

var nothing *[64]int

func recovered() {
	defer func() { recover() }()
	nothing[5]++
}

//go:noinline
func call(at uintptr) { C.fault((*C.int)(*(*unsafe.Pointer)(unsafe.Pointer(&at)))) }

func main() {
	recovered()
	call(0x10)
}
