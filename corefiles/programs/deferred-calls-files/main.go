// A batch that defers the closing of every file it reads, with its buffer.
package main

import (
	"io"
	"os"

	"gotopsy.programs/truth"
)

const files = 500

var total int

type reader struct {
	file   *os.File
	buffer []byte
}

func open(path string) *reader {
	f, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	return &reader{f, truth.Bytes(16 << 10)}
}

func (r *reader) read() {
	n, err := io.ReadFull(r.file, r.buffer[:8<<10])
	if err != nil {
		panic(err)
	}
	total += n
}

//go:noinline
func batch() {
	for i := 0; i < files; i++ {
		if truth.Leaking {
			r := open("/dev/zero")
			defer func() { total += cap(r.buffer); r.file.Close() }()
			r.read()
			continue
		}
		func() {
			r := open("/dev/zero")
			defer func() { total += cap(r.buffer); r.file.Close() }()
			r.read()
		}()
	}
	truth.DeferredCalls("main.batch", files)
	truth.Done()
}

func main() {
	truth.Start("deferred-calls-files")
	truth.Begin("deferred-calls", "")
	batch()
}
