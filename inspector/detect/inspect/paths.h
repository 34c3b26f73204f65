/*
 * What keeps an object alive: the shortest path from each kind of root, then more of them.
 *
 * Paths are disjoint: none leads through an object of an earlier path, or begins at its root. So
 * each of them must be cut before the object becomes garbage. They are found one by one, the
 * shortest of those that are left first. Each is found by a search from the roots that ends at the
 * object.
 */
#ifndef GT_DETECT_INSPECT_PATHS_H
#define GT_DETECT_INSPECT_PATHS_H

#include "inspector/detect/describe/path.h"

/* `out` has the address. GT_ERR_USAGE when it is in no heap object. */
struct gt_error *gt_paths_fill(struct gt_heap_analysis *analysis, size_t most,
                               struct gt_paths *out);

#endif
