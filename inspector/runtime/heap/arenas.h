/*
 * The arenas of 64 MiB of which Go's heap consists (runtime/mheap.go, heapArena). A heapArena has
 * the runtime's data on the pages and words of an arena. Borrows the process.
 */
#ifndef GT_RUNTIME_ARENAS_H
#define GT_RUNTIME_ARENAS_H

#include "inspector/runtime/process/process.h"

enum { GT_ARENA_SHIFT = 26 }; /* heapArenaBytes is 64 MiB */

struct gt_arenas {
    const struct gt_process *process;
    uint64_t list;   /* the runtime's array of arenas, by number */
    uint64_t offset; /* added to an address before it is divided by the size of an arena */
};

/* False when this program's layout lacks the array. */
bool gt_arenas_find(const struct gt_process *process, uint64_t mheap, struct gt_arenas *out);

/* The number of the arena that holds addr, and the address where that arena begins. */
static inline uint64_t gt_arena_number(const struct gt_arenas *arenas, uint64_t addr)
{
    return (addr + arenas->offset) >> GT_ARENA_SHIFT;
}

static inline uint64_t gt_arena_base(const struct gt_arenas *arenas, uint64_t number)
{
    return (number << GT_ARENA_SHIFT) - arenas->offset;
}

/* The heapArena of a number; 0 when there is none. */
uint64_t gt_arena_at(const struct gt_arenas *arenas, uint64_t number);

#endif
