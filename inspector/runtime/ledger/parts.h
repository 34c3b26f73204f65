/*
 * The parts of a Go process's memory. If two parts claim a byte, the one that comes first here has
 * it: certain and specific parts come first, parts that contain others later.
 */
#ifndef GT_RUNTIME_PARTS_H
#define GT_RUNTIME_PARTS_H

enum gt_part {
    GT_PART_SPANS,            /* in use: heap objects and free slots */
    GT_PART_GOROUTINE_STACKS, /* of goroutines that are not dead */
    GT_PART_SYSTEM_STACKS,    /* g0 and gsignal of each m, in the heap's spans */
    GT_PART_FREE_STACKS,      /* the rest of the spans of stacks: pools, caches, dead goroutines */
    GT_PART_WORK_BUFFERS,     /* other manual spans: the collector's queues */
    GT_PART_IDLE_PAGES,       /* free, and not returned to the system */
    GT_PART_RELEASED_PAGES,   /* free and returned: scavenged, or never touched */
    GT_PART_PADDING_PAGES,    /* neither free nor of a span (randomized heap base, 1.26+) */
    GT_PART_SPAN_DESCRIPTORS, /* runtime.mspan */
    GT_PART_CACHES,           /* runtime.mcache */
    GT_PART_PROFILES,         /* buckets and their hash table */
    GT_PART_MARK_BITS,        /* mark and allocation bits of spans */
    GT_PART_SPAN_LIST,        /* mheap_.allspans */
    GT_PART_ARENA_DESCRIPTORS,
    GT_PART_ARENA_INDEX,
    GT_PART_PAGE_INDEX, /* bitmaps of pages, their summaries, the scavenger's index */
    GT_PART_PERSISTENT, /* the rest of persistentalloc's memory */
    GT_PART_ARENAS,     /* of the heap, beyond the ranges that it has grown to */
    GT_PART_GLOBALS,
    GT_PART_CODE, /* with read-only data */
    GT_PART_C_HEAP,
    GT_PART_THREAD_STACKS, /* with what the kernel merges with them */
    GT_PART_LIBRARIES,
    GT_PART_FILES,
    GT_PART_KERNEL, /* vdso and its data */
    GT_PART_ANONYMOUS,
    GT_PART_RESERVED, /* cannot be accessed, and belongs to no other part */
    GT_PARTS
};

#endif
