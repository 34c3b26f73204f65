/*
 * The partition: every mapped byte of the process, in one part.
 *
 * The runtime's structures say what is theirs (pages.c, metadata.c), module data and the core's
 * file mappings what is the program's and C's (mappings.c); claims.h settles it. Whatever a damaged
 * core claims, the parts sum to the mapping exactly. What the runtime itself counts stands beside
 * it (counters.h).
 */
#ifndef GT_RUNTIME_PARTITION_H
#define GT_RUNTIME_PARTITION_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"
#include "inspector/runtime/ledger/parts.h"

struct gt_part_sum {
    uint64_t bytes;    /* that can be accessed */
    uint64_t reserved; /* that cannot: address space alone */
    uint64_t resident; /* of bytes, what the core shows to have been touched (core.h) */
};

struct gt_partition {
    uint64_t mapped;
    struct gt_part_sum of[GT_PARTS]; /* the bytes and reserved of all sum to mapped */
    uint64_t file_bytes;    /* of code, libraries and files, which the core does not have */
    bool resident_is_least; /* some touched pages may be missing in `resident` */
};

void gt_partition_read(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       struct gt_partition *out);

#endif
