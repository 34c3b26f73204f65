// A program with its own memory management. Pages that it carves strings out of are known to it by
// an unsafe.Pointer, and so is the array of a ring from which jobs were taken, some of which it
// still holds: a reader of the core cannot know what of them is in use. The buffers of idle
// connections were large once and are kept to be filled again. A goroutine that hangs has a page of
// its own. The "fixed" one has no unsafe.Pointer, uses all, and keeps no large buffers.
package main

import (
	"bytes"
	"strings"
	"unsafe"

	"gotopsy/field/measure"
)

const (
	pages    = 6
	pageSize = 256 << 10
	slots    = 8192
	bodySize = 512
	conns    = 12
	bufSize  = 128 << 10
)

type page struct {
	base  unsafe.Pointer
	label string
}

type job struct{ body []byte }

type ring struct {
	array unsafe.Pointer
	jobs  []*job
}

type box struct{ page *[pageSize]byte }

type conn struct {
	out  *bytes.Buffer
	name string
}

var (
	arena []*page
	texts []string
	work  ring
	idle  = map[string]*conn{}

	scratch []byte // no pool's
	handle  unsafe.Pointer
	title   string
)

func text() string {
	b := make([]byte, pageSize)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return unsafe.String(&b[0], len(b))
}

func addPage() {
	whole := text()
	if measure.Fixed() {
		texts = append(texts, whole)
		return
	}
	arena = append(arena, &page{unsafe.Pointer(unsafe.StringData(whole)), whole[:5]})
}

func fillRing() {
	jobs := make([]*job, slots)
	for i := range jobs {
		jobs[i] = &job{make([]byte, bodySize)}
	}
	work.jobs = jobs
	if !measure.Fixed() {
		work.array = unsafe.Pointer(&jobs[0])
		work.jobs = jobs[slots-16:]
	}
}

// A handle for others leads to a box, whose page is also the title's.
func addHandle() {
	whole := text()
	if measure.Fixed() {
		title = strings.Clone(whole[:9])
		return
	}
	title = whole[:9]
	handle = unsafe.Pointer(&box{(*[pageSize]byte)(unsafe.Pointer(unsafe.StringData(whole)))})
}

func addConn(i int) {
	c := &conn{out: new(bytes.Buffer), name: string(rune('a' + i))}
	if !measure.Fixed() {
		c.out.Write(make([]byte, bufSize))
		c.out.Reset()
	}
	c.out.WriteString("hello")
	idle[c.name] = c
}

// hang keeps a page that is a finding's own.
func hang(started chan bool) {
	mine := &page{base: unsafe.Pointer(unsafe.StringData(text()))}
	started <- true
	forever := make(chan bool)
	<-forever
	println(mine.base)
}

func main() {
	for i := 0; i < pages; i++ {
		addPage()
	}
	fillRing()
	addHandle()
	for i := 0; i < conns; i++ {
		addConn(i)
	}
	if measure.Way() == "spare" {
		scratch = make([]byte, 10, 1<<20)
	}
	if !measure.Fixed() {
		started := make(chan bool)
		go hang(started)
		<-started
	}
	measure.Ready(map[string]any{
		"pages": pages * pageSize,
		"array": slots * int(unsafe.Sizeof(uintptr(0))),
		"jobs":  slots * (int(unsafe.Sizeof(job{})) + bodySize),
		"spare": conns * (bufSize - len("hello")),
		"page":  pageSize,
	})
	println(len(arena), len(texts), len(work.jobs), len(idle), len(scratch), handle, len(title))
}
