/*
 * Rows of the dominator tree that are alike: their objects are of one kind, and the words that hold
 * them have one name.
 *
 * A struct's fields of one type are therefore apart, and the elements of a slice together. One that
 * keeps more than all others like it together stands for itself. Labels belong to the analysis's
 * storage.
 */
#ifndef GT_DETECT_HEAP_TABLES_SIBLINGS_H
#define GT_DETECT_HEAP_TABLES_SIBLINGS_H

#include "inspector/detect/describe/path.h"
#include "inspector/detect/heap_tables/branches.h"

struct gt_sibling {
    uint32_t branch;       /* for the caller */
    uint32_t node, parent; /* in the dominator tree */
    uint32_t kind;         /* of its object; GT_NO_KIND: a group of roots, which is like no other */
    uint64_t bytes;        /* what it retains */
    const char *label;     /* of the word in the parent that holds it; NULL: unknown */
};

/* Sorts the list so that those that are alike are adjacent, the largest first. */
void gt_siblings_sort(struct gt_keys *keys, const struct gt_dominators *tree,
                      struct gt_vec *siblings);

/* How many from the one at `first` on make one row; at least 1. The list is sorted. */
size_t gt_siblings_alike(const struct gt_vec *siblings, size_t first);

#endif
