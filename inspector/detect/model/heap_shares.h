/*
 * The contents of the heap's spans in use: live objects, garbage, free slots, and the rest after
 * the last slot. Invariant: the four sum to the bytes of the spans, for each size class.
 */
#ifndef GT_DETECT_HEAP_SHARES_H
#define GT_DETECT_HEAP_SHARES_H

#include "inspector/detect/heap_analysis.h"

enum gt_share { GT_SHARE_LIVE, GT_SHARE_GARBAGE, GT_SHARE_FREE, GT_SHARE_ENDS, GT_SHARES };
enum {
    GT_SIZE_CLASSES = 128
}; /* values of a byte without its lowest bit; there are fewer classes
    */

struct gt_heap_shares {
    struct gt_size_class classes[GT_SIZE_CLASSES];  /* 0: large objects */
    uint64_t bytes[GT_SHARES], resident[GT_SHARES]; /* of all classes */
    uint64_t free_resident[GT_SIZE_CLASSES];        /* of free slots */
};

/* The touched bytes of a span are divided in proportion to its shares. */
void gt_heap_shares_read(const struct gt_heap_analysis *analysis, struct gt_heap_shares *out);

#endif
