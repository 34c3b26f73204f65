/*
 * The values that a sync.Pool keeps for reuse. Each P has one private value, and a queue from which
 * other Ps may take. A collection makes all values victims, and the next one drops the victims.
 */
#ifndef GT_DETECT_HOLDERS_SYNC_POOL_H
#define GT_DETECT_HOLDERS_SYNC_POOL_H

#include "inspector/detect/holders/sync_types.h"

enum gt_pool_part {
    GT_POOL_PRIVATE, /* of a P alone */
    GT_POOL_SHARED,  /* in a P's queue */
    GT_POOL_VICTIM,  /* of either, since before the last collection */
    GT_POOL_PARTS
};

/* A value: `object` is the heap object that it is or points to, or GT_NO_OBJECT. */
typedef void gt_pooled_fn(void *ctx, enum gt_pool_part part, uint32_t object);

/* True if a sync.Pool holds its values by this word. Its field is ".local" or ".victim". */
bool gt_is_sync_pool(const struct gt_sync_types *sync, const struct gt_word *word);

/* True if the word leads to storage of a pool's queue, which the rows of that pool include. */
bool gt_is_in_sync_pool(const struct gt_sync_types *sync, const struct gt_word *word);

/* Visits the values behind such a word. A ring of a queue that is in `visited` is not visited
 * again. */
void gt_sync_pool_values(const struct gt_sync_types *sync, const struct gt_word *word, bool victims,
                         struct gt_bitmap *visited, gt_pooled_fn *visit, void *ctx);

#endif
