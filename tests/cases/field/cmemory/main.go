// Memory of C's: many small blocks, and a few large ones. Two other ways have memory that the kernel
// merges with something else: "arena", many small blocks in the arena of another thread, with a page
// before it; "stack", large blocks with a thread's stack before them.
package main

/*
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *block(size_t size)
{
    void *bytes = malloc(size);
    memset(bytes, 1, size);
    return bytes;
}

enum { ARENA = 64 << 20, PAGE = 4096, STACK = 256 << 10, LARGE = 2 << 20 };

// Memory that ends at an address: NULL if it is taken.
static void *map_before(uintptr_t end, size_t size, int flags)
{
    void *before = mmap((void *)(end - size), size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | flags, -1, 0);
    return before == MAP_FAILED ? NULL : before;
}

static void *fill(void *blocks)
{
    void *first = block(1000);
    for (intptr_t i = 1; i < (intptr_t)blocks; i++) block(1000);
    return map_before((uintptr_t)first / ARENA * ARENA, PAGE, MAP_NORESERVE);
}

// Fills the arenas of new threads until one of them has a page before it. Returns how many.
static int fill_arenas(int blocks, int most)
{
    for (int made = 1; made <= most; made++) {
        pthread_t thread;
        void *merged;
        if (pthread_create(&thread, NULL, fill, (void *)(intptr_t)blocks)) return -1;
        pthread_join(thread, &merged);
        if (merged) return made;
    }
    return -1;
}

static void *wait_for_ever(void *unused)
{
    for (;;) pause();
    return unused;
}

static int wait_on_stack(void *stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    return pthread_attr_init(&attr) || pthread_attr_setstack(&attr, stack, STACK) ||
           pthread_create(&thread, &attr, wait_for_ever, NULL);
}

// Makes large blocks until one of them has a thread's stack before it. Returns how many.
static int block_after_stack(int most)
{
    for (int made = 1; made <= most; made++) {
        uintptr_t start = (uintptr_t)block(LARGE) / PAGE * PAGE;
        void *stack = map_before(start, STACK, 0);
        if (stack) return wait_on_stack(stack) ? -1 : made;
    }
    return -1;
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
		blocks = append(blocks, C.block(C.LARGE))
	}
	bytes := small*1008 + large*(C.LARGE+4096)
	switch measure.Way() {
	case "arena":
		bytes += int(C.fill_arenas(C.int(small), 16)) * small * 1008
	case "stack":
		bytes += int(C.block_after_stack(16)) * (C.LARGE + 4096)
	}
	measure.Ready(map[string]any{"c": bytes})
}
