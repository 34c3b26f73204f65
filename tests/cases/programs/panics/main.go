// Panics dies of panics of all kinds. Before it panics for good, each way is tried and recovered
// from, or says so itself: a line "raises TYPE" tells what recover returned. Every text that is the
// program's has the marker in it.
package main

import (
	"errors"
	"fmt"
	"os"
	goruntime "runtime"
	"strings"
	"syscall"
	"time"

	"gotopsy.tests/panics/runtime"
)

const marker = "marker-7731"

type (
	parcel  struct{ weight, floor int }
	label   string
	shelf   int8
	ratio   float32
	bearing complex128
	unit    bool
)

type lost struct {
	parcel *parcel
	why    string
}

func (l *lost) Error() string { return fmt.Sprintf("floor %d: %s", l.parcel.floor, l.why) }

type refused struct{ why string }

func (r refused) Error() string { return "refused: " + r.why }

type several []error

func (s several) Error() string {
	var texts []string
	for _, each := range s {
		texts = append(texts, each.Error())
	}
	return strings.Join(texts, "; ")
}

type code int

func (c code) Error() string { return fmt.Sprint(marker, " code ", int(c)) }

type gate struct{ name string }

func (g *gate) String() string { return "gate " + g.name }

type failed[T any] struct{ of T }

func (f failed[T]) Error() string { return fmt.Sprint("failed: ", f.of) }

// own is an error of the runtime's by its methods only.
type runtimeError = goruntime.Error
type own struct{ runtimeError }

func (own) Error() string { return "own " + marker }

type quiet struct{}

func (quiet) Error() string { panic("no text: " + marker) }

var (
	shelves []int
	floors  map[string]int
	none    *parcel
	anyone  interface{} = parcel{1, 2}
	errBase             = errors.New("base " + marker)
)

func raises(value interface{}) { fmt.Fprintf(os.Stderr, "raises %T\n", value) }

// once are ways that can be tried before.
var once = map[string]func(){
	"text":    func() { panic("plain " + marker) },
	"label":   func() { panic(label("label " + marker)) },
	"int":     func() { panic(-17) },
	"shelf":   func() { panic(shelf(-3)) },
	"bool":    func() { panic(true) },
	"unit":    func() { panic(unit(false)) },
	"whole":   func() { panic(1e6) },
	"half":    func() { panic(-2.5) },
	"tiny":    func() { panic(1.25e-7) },
	"ratio":   func() { panic(ratio(0.1)) },
	"complex": func() { panic(complex(1.5, -2)) },
	"bearing": func() { panic(bearing(complex(0, 3))) },
	"struct":  func() { panic(parcel{1, 2}) },
	"pointer": func() { panic(&parcel{3, 4}) },
	"slice":   func() { panic([]string{marker}) },
	"func":    func() { panic(func() {}) },

	"lost":     func() { panic(&lost{&parcel{1, 7}, marker}) },
	"refused":  func() { panic(refused{marker}) },
	"wrapped":  func() { panic(fmt.Errorf("outer: %w", fmt.Errorf("inner: %w", errBase))) },
	"several":  func() { panic(several{errBase, refused{marker}}) },
	"code":     func() { panic(code(900)) },
	"errno":    func() { panic(syscall.Errno(2)) },
	"duration": func() { panic(1500 * time.Millisecond) },
	"gate":     func() { panic(&gate{marker}) },
	"generic":  func() { panic(failed[map[string]int]{map[string]int{marker: 1}}) },
	"own":      func() { panic(own{}) },
	"quota":    func() { panic(runtime.Exceeded(marker)) },
	"local": func() {
		type local struct{ error }
		panic(local{errBase})
	},

	"nil":        func() { panic(nil) },
	"index":      func() { shelves[len(os.Args)+3]++ },
	"cut":        func() { shelves = make([]int, 3)[len(os.Args)+9:] },
	"divide":     func() { println(10 / (len(os.Args) - 2)) },
	"nilmap":     func() { floors["ground"]++ },
	"nilpointer": func() { none.floor++ },
	"assert":     func() { println(anyone.(fmt.Stringer)) },
	"convert":    func() { println(anyone.(int)) },
	"closed":     func() { c := make(chan int); close(c); close(c) },
	"size":       func() { shelves = make([]int, len(os.Args)-9) },
	"unhashable": func() { println(map[interface{}]int{}[interface{}(shelves)]) },

	"long":  func() { panic(strings.Repeat(marker+" ", 400)) },
	"wide":  func() { panic(strings.Repeat("ä", 400) + "x" + strings.Repeat("€", 400)) },
	"zero":  func() { panic("before\x00after " + marker) },
	"lines": func() { panic(errors.New("one " + marker + "\ntwo\x1b[31m")) },
	"empty": func() { panic(errors.New("")) },
}

func raise(value interface{}) {
	raises(value)
	panic(value)
}

// chains say themselves what they raise.
var chains = map[string]func(){
	"nested": func() {
		defer func() { raise(refused{"third " + marker}) }()
		defer func() { raise(&gate{"second " + marker}) }()
		raise("first " + marker)
	},
	"again": func() {
		defer func() { panic(recover()) }()
		raise(&lost{&parcel{1, 2}, marker})
	},
	"rewrapped": func() {
		defer func() { raise(fmt.Errorf("wrapped: %w", recover().(error))) }()
		raise(refused{marker})
	},
	"after": func() { // a panic that was recovered from is none any more
		func() {
			defer func() { recover() }()
			panic(refused{"forgotten " + marker})
		}()
		raise(errBase)
	},
	"goexit": func() {
		defer func() { raise(errBase) }()
		goruntime.Goexit()
	},
	"goexits": func() {
		defer func() { raise(refused{"last " + marker}) }()
		defer func() {
			defer goruntime.Goexit()
			raise("first " + marker)
		}()
		goruntime.Goexit()
	},
	"other": func() {
		go func() { raise(&lost{&parcel{1, 2}, marker}) }()
		select {}
	},
	"deep": func() { deep(5000) },
	"collected": func() { // while the value is replaced by its text, and after
		defer func() {
			for i := 0; i < 5; i++ {
				goruntime.GC()
			}
		}()
		raise(&lost{&parcel{1, 2}, marker})
	},
	"quiet":   func() { raise(quiet{}) },
	"nowhere": func() { raise(&lost{nil, marker}) },
}

//go:noinline
func deep(left int) {
	if left == 0 {
		raise(refused{marker})
	}
	defer func() {
		if left == 2500 {
			raise(fmt.Errorf("half way: %v", recover()))
		}
	}()
	deep(left - 1)
}

func main() {
	way := os.Args[1]
	if do, ok := chains[way]; ok {
		do()
	}
	func() {
		defer func() { raises(recover()) }()
		once[way]()
	}()
	once[way]()
}
