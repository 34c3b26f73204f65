// A bank whose values are known: structs with all kinds of fields, maps small and large, a channel
// with a queue, a list, many objects of two types, a goroutine parked with variables, an object with
// a finalizer. It prints where all of this lies and what is in it. Nothing leaks.
package main

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"gotopsy/field/measure"
)

type person struct {
	age   int32
	photo []byte
}

type visitor interface{ visit() int }

type walker struct{ steps int }

func (w *walker) visit() int { return w.steps }

type account struct {
	id      int64
	name    string
	balance float64
	open    bool
	codes   [3]uint16
	owner   *person
	tags    []string
	limits  map[int]int
	notes   map[string]*person
	events  chan int
	extra   any
	guest   visitor
	failure error
	none    *person
	close   func() int
}

type item struct {
	n    int64
	next *item
	data []byte
}

type point struct{ x, y int64 }

type ring struct {
	self *ring
	size int
}

const (
	items   = 1000
	points  = 500
	large   = 300
	payload = 400 << 10
	heavy   = 200 << 10
)

var (
	bank   *account
	known  any // tells its type without debug information
	list   []*item
	dots   []*point
	vault  = map[int]*person{}
	circle *ring
	limit  = 77
	wake   = make(chan int)
	local  uintptr
	rare   uintptr // address of what a timer alone holds
	number uint64
)

//go:noinline
func finalize(r *ring) { println(r.size) }

// Passed in memory, since it has an array: its place is the same as long as the call lasts.
type record struct {
	base   int
	pad    [4]int
	who    *account
	secret []byte
	own    *person
}

// Its variables are in use until it returns, which it never does.
//
//go:noinline
func parked(all record) int {
	mine := [4]int{all.base, all.base * 2, 3, 4}
	for {
		local = uintptr(unsafe.Pointer(&mine))
		if <-wake < 0 {
			return mine[all.base&3] + len(all.secret) + int(all.who.id) + int(all.own.age)
		}
		keep(&mine)
	}
}

//go:noinline
func newcomer() *person { return &person{age: 31, photo: make([]byte, heavy)} }

//go:noinline
func keep(mine *[4]int) { mine[3]++ }

func goroutine() (id uint64) {
	var text [64]byte
	fmt.Sscanf(string(text[:runtime.Stack(text[:], false)]), "goroutine %d ", &id)
	return id
}

func secret(kind string) string { return strings.Join([]string{"PLANTED", "SECRET", kind}, "-") }

func fill() {
	bank = &account{id: 4711, name: secret("name"), balance: 12.5, open: true,
		codes: [3]uint16{7, 8, 9}, owner: &person{age: 52, photo: make([]byte, payload)},
		tags: []string{secret("tag"), "b", "c"}[:2], limits: map[int]int{1: 10, 2: 20, 3: 30},
		notes: map[string]*person{secret("key"): {age: 1}}, events: make(chan int, 5),
		extra: point{3, 4}, guest: &walker{99}, failure: errors.New(secret("error"))}
	known = bank
	held := &person{age: 64, photo: make([]byte, 100)}
	rare = uintptr(unsafe.Pointer(held))
	time.AfterFunc(time.Hour, func() { println(held.age) })
	for i := 0; i < 3; i++ {
		bank.events <- 100 + i
	}
	<-bank.events
	bank.close = func() int { return limit }
	for i := 0; i < items; i++ {
		each := &item{n: int64(i)}
		if i%10 == 0 {
			each.data = make([]byte, i%50, 64)
		}
		if i == 7 {
			each.data = make([]byte, heavy)
		}
		if i > 500 {
			each.next = list[i-1]
		}
		list = append(list, each)
	}
	for i := 0; i < points; i++ {
		dots = append(dots, &point{int64(i), -int64(i)})
	}
	for i := 0; i < large; i++ {
		vault[i] = &person{age: int32(i)}
	}
	circle = &ring{size: 5}
	circle.self = circle
	runtime.SetFinalizer(circle, finalize)
}

func third(i *item) *item {
	for n := 0; n < 3 && i != nil; n++ {
		i = i.next
	}
	return i
}

func notThird() (count int) {
	for _, each := range list {
		if third(each) == nil {
			count++
		}
	}
	return
}

// counted has conditions on the fields of items and accounts, and how many meet them.
func counted() map[string]int {
	met := func(condition func(*item) bool) (count int) {
		for _, each := range list {
			if condition(each) {
				count++
			}
		}
		return
	}
	return map[string]int{
		"":                            len(list),
		"n >= 990":                    met(func(i *item) bool { return i.n >= 990 }),
		"n < 0x10 && n != 3":          met(func(i *item) bool { return i.n < 0x10 && i.n != 3 }),
		"next == nil":                 met(func(i *item) bool { return i.next == nil }),
		"next != nil && next.n > 700": met(func(i *item) bool { return i.next != nil && i.next.n > 700 }),
		"data != nil":                 met(func(i *item) bool { return i.data != nil }),
		"len(data) > 20":              met(func(i *item) bool { return len(i.data) > 20 }),
		"cap(data) == 64":             met(func(i *item) bool { return cap(i.data) == 64 }),
		"len(data) < cap(data)":       met(func(i *item) bool { return len(i.data) < cap(i.data) }),
		"next.next.next.n == 700": met(func(i *item) bool {
			return third(i) != nil && third(i).n == 700
		}),
		"n == 7 && len(data) == 204_800": met(func(i *item) bool { return i.n == 7 && len(i.data) == heavy }),
		"n > 1e18":                       met(func(i *item) bool { return i.n > 1e18 }),
	}
}

func at(pointer unsafe.Pointer) string { return fmt.Sprintf("%#x", uintptr(pointer)) }

func offsets(of any) map[string]any {
	fields := map[string]any{}
	kind := reflect.TypeOf(of)
	for i := 0; i < kind.NumField(); i++ {
		field := kind.Field(i)
		fields[field.Name] = []any{field.Offset, field.Type.String()}
	}
	return fields
}

//go:noinline
func relieve(crew []*person) { crew[0], crew = crew[1], crew[:cap(crew)] }

func main() {
	fill()
	crew := make([]*person, 3, 5)
	go func() {
		number = goroutine()
		parked(record{base: 21, who: bank, secret: []byte(secret("bytes")),
			own: newcomer()})
		relieve(crew) // the frame keeps all of it, in two pieces
	}()
	for i := 0; i < 8; i++ {
		runtime.GC() // until stacks have their size
		wake <- 0
	}
	wake <- 0
	measure.Ready(map[string]any{
		"account": at(unsafe.Pointer(bank)), "account_bytes": unsafe.Sizeof(*bank),
		"fields": offsets(*bank), "owner": at(unsafe.Pointer(bank.owner)),
		"photo": at(unsafe.Pointer(&bank.owner.photo[0])), "payload": payload, "heavy": heavy,
		"tags": []int{len(bank.tags), cap(bank.tags)}, "name_bytes": len(bank.name),
		"secret_bytes": len(secret("bytes")),
		"limits":       len(bank.limits), "notes": len(bank.notes),
		"events": []int{len(bank.events), cap(bank.events)},
		"walker": at(unsafe.Pointer(bank.guest.(*walker))),
		"circle": at(unsafe.Pointer(circle)), "vault": len(vault), "vault_at": at(unsafe.Pointer(&vault)),
		"vault_header": fmt.Sprintf("%#x", *(*uintptr)(unsafe.Pointer(&vault))),
		"list_at":      at(unsafe.Pointer(&list[0])),
		"limit_at":     at(unsafe.Pointer(&limit)), "item7": at(unsafe.Pointer(list[7])),
		"item8": at(unsafe.Pointer(list[8])), "items": items, "points": points,
		"dot": at(unsafe.Pointer(dots[33])), "list": []int{len(list), cap(list)},
		"local": fmt.Sprintf("%#x", local), "goroutine": number,
		"rare":   fmt.Sprintf("%#x", rare),
		"parked": fmt.Sprintf("%#x", reflect.ValueOf(parked).Pointer()),
		"secret": "PLANTED", "counted": counted(),
		"through_nil": notThird(), "crew": at(unsafe.Pointer(&crew[0])),
	})
	runtime.KeepAlive(bank)
}
