// Dies in many ways, each named by the first argument. What Go prints when it dies is the truth. Those
// that die of others' signals say "ready" when the signal may come.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

var (
	ledger = map[string]int{}
	kept   unsafe.Pointer
	number *int64
)

//go:noinline
func addressed(address uintptr) *int64 {
	return *(**int64)(unsafe.Pointer(&address))
}

// Outside of what an address may be on this machine.
func farOut() { *addressed(0x8000_0000_dead_beef) = 1 }

// In the middle of the program's own code, which cannot be written.
func ownCode() {
	pc, _, _, _ := runtime.Caller(0)
	*addressed(pc) = 1
}

func shrunken() {
	file, err := os.CreateTemp("", "deaths")
	if err != nil {
		panic(err)
	}
	os.Remove(file.Name())
	file.Truncate(3 << 12)
	pages, err := syscall.Mmap(int(file.Fd()), 0, 3<<12, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	file.Truncate(1 << 12)
	fmt.Println(pages[2<<12+17])
}

func toItself(signal syscall.Signal) {
	syscall.Kill(os.Getpid(), signal)
	time.Sleep(time.Minute)
}

// siginfo_t, as the kernel has it from one that queues a signal.
type queued struct {
	signal, errno, code, _ int32
	pid, uid               int32
	value                  uintptr
	_                      [96]byte
}

func queue(signal syscall.Signal) {
	info := queued{signal: int32(signal), code: -1, pid: int32(os.Getpid()), uid: int32(os.Getuid())}
	syscall.RawSyscall(syscall.SYS_RT_SIGQUEUEINFO, uintptr(os.Getpid()), uintptr(signal), uintptr(unsafe.Pointer(&info)))
	time.Sleep(time.Minute)
}

func toThread(signal syscall.Signal) {
	runtime.LockOSThread()
	syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(signal))
	time.Sleep(time.Minute)
}

// ---- recursion ----

//go:noinline
func parse(depth int) int { return term(depth+1) + 1 }

//go:noinline
func term(depth int) int { return factor(depth+1) + 2 }

//go:noinline
func factor(depth int) int { return parse(depth+1) + 3 }

// From one of three places, in no order that repeats.
//
//go:noinline
func descend(state uint32, depth int) int {
	state = state*1664525 + 1013904223
	switch state >> 30 {
	case 0:
		return descend(state, depth+1) + 1
	case 1:
		return descend(state, depth+2) + 2
	}
	return descend(state, depth+3) + 3
}

//go:noinline
func begin(how func()) { how() }

// ---- the collector ----

// Leaves pointers into memory that the allocator has taken back, until the collector finds one.
func dangling() {
	for range [100]int{} {
		dangle()
	}
}

func dangle() {
	large := make([]byte, 3<<20)
	inside := uintptr(unsafe.Pointer(&large[0])) + 3<<12
	large = nil
	runtime.GC()
	runtime.GC()
	cell := new([8]unsafe.Pointer)
	*(*uintptr)(unsafe.Pointer(&cell[5])) = inside
	kept = unsafe.Pointer(cell)
	runtime.GC()
	runtime.GC()
}

func writers() {
	var all sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		all.Add(1)
		go func(name string) {
			for i := 0; ; i++ {
				ledger[name+string(rune('a'+i%26))] = i
			}
		}(name)
	}
	all.Wait()
}

func ready() {
	os.Stdout.WriteString("ready\n")
}

func spin() {
	ready()
	for i := int64(0); ; i++ {
		if i%7 == 8 {
			number = &i
		}
	}
}

func sleep() {
	ready()
	time.Sleep(time.Hour)
}

func main() {
	ways := map[string]func(){
		"far-out":    farOut,
		"own-code":   ownCode,
		"shrunken":   shrunken,
		"quit":       func() { toItself(syscall.SIGQUIT) },
		"sys":        func() { toItself(syscall.SIGSYS) },
		"abort":      func() { toItself(syscall.SIGABRT) },
		"segv":       func() { toItself(syscall.SIGSEGV) },
		"bus":        func() { toItself(syscall.SIGBUS) },
		"trap":       func() { toItself(syscall.SIGTRAP) },
		"queue":      func() { queue(syscall.SIGQUIT) },
		"queue-segv": func() { queue(syscall.SIGSEGV) },
		"thread":     func() { toThread(syscall.SIGQUIT) },
		"breakpoint": runtime.Breakpoint,
		"rounds":     func() { debug.SetMaxStack(2 << 20); begin(func() { parse(0) }) },
		"descent":    func() { debug.SetMaxStack(2 << 20); begin(func() { descend(7, 0) }) },
		"dangling":   dangling,
		"writers":    writers,
		"spin":       spin,
		"sleep":      sleep,
	}
	if len(os.Args) < 2 || ways[os.Args[1]] == nil {
		panic("which way?")
	}
	ways[os.Args[1]]()
}
