//go:build go1.24

package main

import "runtime"

func init() {
	onClean = func(b *buffer, record func()) {
		// What a cleanup keeps is its function and argument, not the buffer: here its bytes.
		bytes := b.bytes
		runtime.AddCleanup(b, func(kept []byte) { record(); runtime.KeepAlive(kept) }, bytes)
	}
}
