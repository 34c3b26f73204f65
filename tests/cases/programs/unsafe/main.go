// Unsafe holds blocks by pointers and slices whose static types are not those of the blocks. The
// collector goes by the block; so must everybody. All of every block is in use.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

const (
	blocks = 16
	leaves = 512
)

type leaf struct{ next, data *[256]byte }

// A block of pointers, and the names by which strangers hold it.
type block [leaves]*leaf

type header struct{ first *leaf }

var (
	byHeader  [blocks]*header // as a prefix of what it is
	byWord    [blocks]*uint32
	byBytes   [blocks][]byte // of the first 16 bytes only
	byString  [blocks]string
	byInner   [blocks]*uint64 // into the middle
	byPointer [blocks]unsafe.Pointer
	sink      int
	stats     runtime.MemStats
	line      [256]byte
	input     [1]byte
)

func full() *block {
	b := new(block)
	for i := range b {
		b[i] = &leaf{new([256]byte), new([256]byte)}
	}
	return b
}

// used reads all of a block the way a C library would: by address.
func used(p unsafe.Pointer) {
	for i := uintptr(0); i < leaves; i++ {
		l := *(**leaf)(unsafe.Add(p, i*unsafe.Sizeof(p)))
		sink += int(l.next[0]) + int(l.data[0])
	}
}

func main() {
	for i := 0; i < blocks; i++ {
		byHeader[i] = (*header)(unsafe.Pointer(full()))
		byWord[i] = (*uint32)(unsafe.Pointer(full()))
		byInner[i] = (*uint64)(unsafe.Pointer(&full()[leaves/2]))
		byPointer[i] = unsafe.Pointer(full())
		byBytes[i] = (*[16]byte)(unsafe.Pointer(full()))[:]
		byString[i] = unsafe.String((*byte)(unsafe.Pointer(full())), 16)
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	out := append(line[:0], `{"bytes":`...)
	out = strconv.AppendUint(out, stats.HeapAlloc, 10)
	out = append(out, `,"objects":`...)
	out = strconv.AppendUint(out, stats.HeapObjects, 10)
	out = append(out, "}\nready\n"...)
	syscall.Write(1, out)
	for n := 1; n > 0; {
		n, _ = syscall.Read(0, input[:])
	}
	for i := 0; i < blocks; i++ {
		used(unsafe.Pointer(byHeader[i]))
		used(unsafe.Pointer(byWord[i]))
		used(unsafe.Add(unsafe.Pointer(byInner[i]), -leaves/2*8))
		used(byPointer[i])
		used(unsafe.Pointer(unsafe.SliceData(byBytes[i])))
		used(unsafe.Pointer(unsafe.StringData(byString[i])))
	}
	fmt.Fprintln(os.Stderr, sink)
}
