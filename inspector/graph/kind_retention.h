/*
 * What would be garbage without all objects of a kind, for every kind at once.
 *
 * Theory. An object goes with a kind when every path from a root to it, the object itself included,
 * passes an object of that kind. Its set of kinds is its own kind, and the intersection over all
 * edges to it of the sets of where they start; an edge from a root starts at the empty set. The
 * largest solution is exact, since a set that passes along an edge only gains the kind of the
 * object that it passes. Sets start as "all kinds" and only shrink, so the walk ends.
 *
 * Objects are walked breadth first: the first path to an object is short, so most sets are right at
 * once. Sets are kept once (sets.h). A set that would have more than GT_SET_MAX members loses its
 * largest numbers, and the kinds that are lost seem to retain less. So kinds with many bytes should
 * have small numbers.
 *
 * Heap, ranks and kinds are borrowed. While it runs it takes 4 bytes a live object, and 4 more for
 * one with pointers. Nothing recurses.
 */
#ifndef GT_GRAPH_KIND_RETENTION_H
#define GT_GRAPH_KIND_RETENTION_H

#include "inspector/graph/exclusive.h"

struct gt_kind_root {
    uint64_t value;
    bool contents; /* the root is what the object's pointers lead to, without the object itself */
};

struct gt_kinds_of_objects {
    const struct gt_heap *heap;
    const struct gt_rank *rank; /* of live objects; others are left out */
    const uint32_t *kind;       /* by rank, below `kinds` */
    uint32_t kinds;
};

/* What goes with each kind, into out[kinds]. */
void gt_kind_retention(const struct gt_kinds_of_objects *objects, const struct gt_kind_root *roots,
                       size_t count, struct gt_owned *out);

#endif
