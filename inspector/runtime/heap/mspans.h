/*
 * Reads the runtime's mspans (runtime/mheap.go).
 *
 * Invariant: whatever the memory has, each entry of the list gives one span. Its state says whether
 * the rest of it means anything.
 */
#ifndef GT_RUNTIME_MSPANS_H
#define GT_RUNTIME_MSPANS_H

#include "inspector/runtime/process/process.h"

enum gt_span_state {
    GT_SPAN_DEAD,   /* free, or none */
    GT_SPAN_IN_USE, /* it has the program's objects */
    GT_SPAN_MANUAL, /* the runtime manages it */
    GT_SPAN_ABSENT, /* the core lacks the mspan */
};

struct gt_span {
    uint64_t address; /* of the mspan */
    uint64_t base, npages;
    uint64_t elem_size;
    uint64_t large_type;                         /* an rtype's address, or 0 */
    uint64_t specials;                           /* the first special's address, or 0 */
    const unsigned char *alloc_bits, *mark_bits; /* where the host has the bits; NULL when absent */
    const unsigned char *inline_bits;            /* marks in the span itself; NULL: none */
    uint32_t nelems;
    uint32_t free_index; /* freeIndexForScan: a slot that is being allocated is not an object yet */
    uint32_t end_index;  /* freeindex; the slots between the two were allocated during a mark, and
                          * are marked (malloc.go, "Allocate black") */
    uint32_t sweep_gen;
    uint8_t state;      /* enum gt_span_state; of those that are kept, GT_SPAN_IN_USE */
    uint8_t span_class; /* sizeclass << 1 | noscan */
    bool header;        /* slots begin with their type */
    bool inline_marks;  /* green tea keeps the marks of the current cycle in the span itself */
};

/* Reads `count` entries from `first` on of `list`, which has mspans' addresses, by so many threads.
 * What no field of an mspan says is 0. */
void gt_mspans_read(const struct gt_process *process, unsigned threads, const struct gt_slice *list,
                    uint64_t first, uint64_t count, struct gt_span *spans);

#endif
