/*
 * What keeps an object alive: the shortest path from each kind of root, then more of them.
 *
 * Paths are disjoint: none leads through an object of an earlier one, or begins at its root. So
 * each would have to be cut for the object to become garbage. They are found one by one, the
 * shortest of those that are left, each by a search from the roots that ends at the object.
 */
#ifndef GT_DETECT_INSPECT_PATHS_H
#define GT_DETECT_INSPECT_PATHS_H

#include "inspector/detect/describe/path.h"

/* The address must be set. GT_ERR_USAGE when it is in no heap object. */
struct gt_error *gt_paths_fill(struct gt_heap_analysis *analysis, size_t most,
                               struct gt_paths *out);

#endif
