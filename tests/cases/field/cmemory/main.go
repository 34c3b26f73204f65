// Memory of C's: many small blocks, and a few large ones.
package main

/*
#include <stdlib.h>
#include <string.h>

static void *block(size_t size)
{
    void *bytes = malloc(size);
    memset(bytes, 1, size);
    return bytes;
}
*/
import "C"

import (
	"unsafe"

	"gotopsy/field/measure"
)

var blocks []unsafe.Pointer

func main() {
	small, large := 8000, 4
	if measure.Fixed() {
		small, large = 0, 0
	}
	for i := 0; i < small; i++ {
		blocks = append(blocks, C.block(1000))
	}
	for i := 0; i < large; i++ {
		blocks = append(blocks, C.block(2<<20))
	}
	measure.Ready(map[string]any{"c": small*1008 + large*(2<<20+4096)})
}
