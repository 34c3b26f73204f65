/*
 * A sync.Pool as one holder. Its values lie in queues of rings, one for each P, of which each could
 * be an accumulation point of its own; a user knows the pool.
 */
#ifndef GT_DETECT_HOLDERS_POOL_POINTS_H
#define GT_DETECT_HOLDERS_POOL_POINTS_H

#include "inspector/detect/holders/accumulation.h"

/* Is it the storage of a sync.Pool, with a part for each P? */
bool gt_is_pool_storage(const struct gt_heap_analysis *analysis, uint32_t object);

/* Moves points inside a pool's storage up to the storage, and drops those that are below another
 * point then. The points are struct gt_accumulation, the heaviest first, and stay so. */
void gt_pool_points_join(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                         struct gt_vec *points);

#endif
