/*
 * The partition of the process's memory: every mapped byte is in one part.
 *
 * Each claim comes from one source: the runtime's structures for its own memory (pages.c,
 * metadata.c), module data and the core's file mappings for the program and C (mappings.c).
 * claims.h settles them. Whatever a damaged core claims, the parts sum to the mapped memory
 * exactly. The runtime's own counters are apart (counters.h).
 */
#ifndef GT_RUNTIME_PARTITION_H
#define GT_RUNTIME_PARTITION_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"
#include "inspector/runtime/ledger/parts.h"

struct gt_part_sum {
    uint64_t bytes;    /* bytes that can be accessed */
    uint64_t reserved; /* bytes that cannot be accessed: address space only */
    uint64_t resident; /* of `bytes`, those that the process touched, as far as the core shows
                        * (core.h) */
};

struct gt_partition {
    uint64_t mapped;
    struct gt_part_sum of[GT_PARTS]; /* `bytes` and `reserved` of all parts sum to `mapped` */
    uint64_t file_bytes;    /* bytes of code, libraries and files that are not in the core */
    bool resident_is_least; /* `resident` may lack some touched pages */
};

void gt_partition_read(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       struct gt_partition *out);

#endif
