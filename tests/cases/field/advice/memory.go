package main

import (
	"bytes"
	"regexp"
	"runtime"
	"strings"

	"gotopsy/field/measure"
)

type user struct{ token string }

type packet struct{ header []byte }

type frame struct{ head []byte }

type backlog struct{ jobs []*job }

type history struct{ events []*job }

type job struct{ room []byte }

type part struct {
	body *[large]byte
	pad  [1000]byte
}

type store struct {
	parts   []*part
	users   []*user
	packets []*packet
	frames  []*frame
	rules   []*regexp.Regexp
	bodies  []*bytes.Reader
	backlog backlog
	history history
}

// An interface says of what type it holds, in stripped programs too.
var held any

func memory() {
	anywhereNamed("substring", "strings.Clone", "main.user.token")
	anywhereNamed("subslice", "slices.Clone", "main.packet.header")
	anywhereNamed("subslice_spare", "append([]T(nil), s...)", "main.frame.head")
	anywhereNamed("substring", "strings.Clone", "main.store.rules")
	anywhereNamed("subslice", "slices.Clone", "main.store.bodies")
	anywhereNamed("lost", "nil", "main.backlog.jobs")
	anywhereNamed("lost_tail", "clear(s[n:])", "main.history.events")
	anywhereNamed("subslice_element", "address", "main.store.parts")
	anywhereNamed("lost_element", "address", "main.store.parts")
	kept := &store{}
	held = kept
	for i := 0; i < crowd; i++ {
		kept.users = append(kept.users, &user{token(strings.Repeat("x", large))})
		kept.packets = append(kept.packets, &packet{header(make([]byte, large))})
		kept.frames = append(kept.frames, &frame{head(make([]byte, large))})
		kept.rules = append(kept.rules, regexp.MustCompile(token(strings.Repeat("y", large))))
		kept.bodies = append(kept.bodies, bytes.NewReader(header(make([]byte, large))))
		kept.backlog.jobs = append(kept.backlog.jobs, &job{make([]byte, large)})
		kept.history.events = append(kept.history.events, &job{make([]byte, large)})
		kept.parts = append(kept.parts, second(make([]part, crowd)))
	}
	cutFirst(&kept.backlog)
	cutLast(&kept.history)
	go finalizers()
	cleanups()
	go defers()
}

func anywhereNamed(row, says, name string) { state(leak{Row: row, Says: says, Name: name}) }

func token(line string) string {
	if measure.Fixed() {
		return strings.Clone(line[:16])
	}
	return line[:16]
}

// The array goes when what is used is copied.
func header(packet []byte) []byte {
	if measure.Fixed() {
		return append([]byte(nil), packet[:40]...)
	}
	return packet[:40:40]
}

func head(frame []byte) []byte {
	if measure.Fixed() {
		return append([]byte(nil), frame[:40]...)
	}
	return frame[:40]
}

// A pointer to an element keeps all elements, and what they point to.
func second(parts []part) *part {
	for i := range parts {
		parts[i].body = new([large]byte)
	}
	if measure.Fixed() {
		one := parts[1]
		return &one
	}
	return &parts[1]
}

func cutFirst(b *backlog) {
	for len(b.jobs) > 2 {
		if measure.Fixed() {
			b.jobs[0] = nil
		}
		b.jobs = b.jobs[1:]
	}
}

func cutLast(h *history) {
	if measure.Fixed() {
		for i := range h.events[2:] {
			h.events[2+i] = nil
		}
	}
	h.events = h.events[:2]
}

type handle struct {
	room  []byte
	owner *owner
}

type owner struct{ handle *handle }

func finalizers() {
	anywhereNamed("finalizer_cycle", "Close", "main.handle")
	for i := 0; i < crowd; i++ {
		h := &handle{room: make([]byte, large), owner: &owner{}}
		h.owner.handle = h
		if !measure.Fixed() {
			runtime.SetFinalizer(h, func(*handle) {})
		}
		closed()
	}
}

type socket struct{ room [large]byte }

// closed has a finalizer that captures its object, which has no pointers.
func closed() {
	anywhereNamed("finalizer_captures", "argument", "main.socket")
	s := &socket{}
	if measure.Fixed() {
		runtime.SetFinalizer(s, func(s *socket) { s.room[0]++ })
	} else {
		runtime.SetFinalizer(s, func(*socket) { s.room[0]++ })
	}
}

// defers holds what it defers until it returns, which it does not.
func defers() {
	for i := 0; i < many; i++ {
		if measure.Fixed() {
			one(make([]byte, small))
			continue
		}
		room := make([]byte, small)
		named("deferred", "function of its own", "main.defers")
		defer func() { room[0]++ }()
	}
	forever <- true
	<-forever
}

func one(room []byte) {
	defer func() { room[0]++ }()
}

var forever = make(chan bool)

func init() {
	go func() { <-forever }()
}

func keepMemory() {
	runtime.KeepAlive(held)
	forever <- true
}
