// Stacks has goroutines that hold blocks by words on their stacks that no ordinary map of a frame
// tells of, a block of its own size in each way, so that what is lost tells where. Nothing leaks.
//
// There is one P, which the main goroutine keeps in the end: the goroutine that spins was preempted
// where it was, and stays so.
package main

import (
	"math"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"syscall"
	"unsafe"
)

type (
	inRegister [1 << 20]byte
	onStack    [2 << 20]byte
	ofMethod   [4 << 20]byte
	inArray    [8 << 20]byte
	preempted  [16 << 20]byte
	inVector   [32 << 20]byte
)

var (
	forever        = make(chan int)
	started        = make(chan int)
	spinning, stop uint32
	sink           any
	hidden         float64
	stats          runtime.MemStats
	input          [1]byte
	line           [128]byte
)

// ---- by reflection: more arguments than there are registers, which the function itself drops ----

type words [20]uintptr

func park() {
	started <- 1
	<-forever
}

func dropped([]reflect.Value) []reflect.Value {
	park()
	return nil
}

//go:noinline
func callMade() {
	var f func(*inRegister, words, *onStack)
	made := reflect.MakeFunc(reflect.TypeOf(f), dropped)
	reflect.ValueOf(&f).Elem().Set(made)
	f(new(inRegister), words{}, new(onStack))
}

type server struct{ hits int }

//go:noinline
func (s *server) Serve(*ofMethod, words) { park() }

//go:noinline
func callMethod() {
	serve := reflect.ValueOf(new(server)).MethodByName("Serve").Interface()
	serve.(func(*ofMethod, words))(new(ofMethod), words{})
}

// ---- an array so large that a program, not a mask, says where its pointers are (up to Go 1.23) ---

type element struct {
	n int
	p *inArray
}

//go:noinline
func wait(table *[20000]element) int {
	park()
	return table[len(table)-1].n
}

//go:noinline
func fillTable() {
	var table [20000]element
	table[len(table)-2].p = new(inArray)
	sink = wait(&table)
}

// ---- registers -----------------------------------------------------------------------------------

//go:noinline
func spin(p *preempted, f float64) (*preempted, float64) {
	atomic.StoreUint32(&spinning, 1)
	for atomic.LoadUint32(&stop) == 0 {
	}
	return p, f
}

//go:noinline
func hide() { hidden = math.Float64frombits(uint64(uintptr(unsafe.Pointer(new(inVector))))) }

//go:noinline
func spinOn() {
	hide()
	p := new(preempted)
	started <- 1 // which uses all general registers
	sink, _ = spin(p, hidden)
}

// ---- what is not there yet when its stdin is closed ----------------------------------------------

//go:noinline
func make600() *[600]*int { return new([600]*int) }

func main() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1) // nothing is collected before it is where it is to be held
	ways := []func(){callMade, callMethod, fillTable, spinOn}
	for _, way := range ways {
		go way()
		<-started
	}
	for atomic.LoadUint32(&spinning) == 0 {
		runtime.Gosched()
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	text := strconv.AppendUint(append(line[:0], `{"bytes": `...), stats.HeapAlloc, 10)
	text = strconv.AppendUint(append(text, `, "objects": `...), stats.HeapObjects, 10)
	text = append(text, "}\nready\n"...)
	syscall.RawSyscall(syscall.SYS_WRITE, 1, uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)))
	syscall.RawSyscall(syscall.SYS_READ, 0, uintptr(unsafe.Pointer(&input[0])), 1)
	sink = make600()
	stop = 1
}
