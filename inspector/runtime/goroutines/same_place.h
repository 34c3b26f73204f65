/*
 * Numbers goroutines by place and state: two have the same number if they have the same status,
 * wait reason, go statement, bubble and pcs, and if both or neither are locked to a thread.
 *
 * A goroutine is numbered as soon as it is read, while its frames are in the processor's cache.
 */
#ifndef GT_RUNTIME_SAME_PLACE_H
#define GT_RUNTIME_SAME_PLACE_H

#include "inspector/base/hash.h"
#include "inspector/runtime/goroutines/goroutines.h"

struct gt_places {        /* zeroed: none yet */
    struct gt_map firsts; /* of a hash -> the first goroutine that has it */
    uint32_t count;
};

/* The number of the index-th goroutine's place. Those before it have theirs. */
uint32_t gt_places_number(struct gt_places *places, const struct gt_goroutines *all,
                          uint32_t index);

void gt_places_deinit(struct gt_places *places);

#endif
