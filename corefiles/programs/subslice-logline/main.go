// A list of recent errors keeps the whole read buffers that the lines were cut
// from. The cap of each line is limited, so that the rest of its buffer is lost
// for certain.
package main

import (
	"bytes"

	"gotopsy.programs/truth"
)

const (
	buffers    = 500
	bufferSize = 16 << 10
	lineSize   = 128
)

var recent [][]byte

// read stands for a read of one buffer full of log lines.
func read() []byte {
	b := truth.Bytes(bufferSize)
	for i := 0; i < bufferSize; i += lineSize {
		level := "info "
		if i%(bufferSize/2) == bufferSize/4 {
			level = "error "
		}
		copy(b[i:], level)
		b[i+lineSize-1] = '\n'
	}
	return b
}

//go:noinline
func scan() {
	b := read()
	first := len(recent)
	for i := 0; i < len(b); {
		j := i + bytes.IndexByte(b[i:], '\n')
		if line := b[i:j:j]; bytes.HasPrefix(line, []byte("error ")) {
			if !truth.Leaking {
				line = append([]byte(nil), line...)
			}
			recent = append(recent, line)
		}
		i = j + 1
	}
	truth.Subslice(b, recent[first:]...)
}

func main() {
	truth.Start("subslice-logline")
	truth.Begin("subslice", "main.recent")
	recent = make([][]byte, 0, 2*buffers)
	for i := 0; i < buffers; i++ {
		scan()
	}
	truth.Done()
}
