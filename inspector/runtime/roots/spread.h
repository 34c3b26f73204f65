/*
 * What objects lead to, and by which word.
 *
 * A spread starts from objects and follows pointer words, through any object that is not in `stop`.
 * For each object that it reaches, `words` has the address of a word that leads there. Such a word
 * is in an object that the spread reached earlier, so words lead back to the first objects without
 * a cycle. The first objects have no word here: the caller knows what led to them.
 *
 * The caller owns the sets and the map.
 */
#ifndef GT_RUNTIME_SPREAD_H
#define GT_RUNTIME_SPREAD_H

#include "inspector/base/hash.h"
#include "inspector/graph/heap.h"

struct gt_spread {
    const struct gt_heap *graph;
    const struct gt_bitmap *stop; /* objects that the spread does not enter */
    struct gt_bitmap *reached;    /* it adds to this set, and does not enter what is in it */
    struct gt_map *words;         /* object -> the address of a word; or NULL */
};

void gt_spread_from(const struct gt_spread *spread, const struct gt_bitmap *first);

#endif
