/*
 * Binary search in anything that is sorted by a number: an array, a vector, a table that is decoded
 * as it is read.
 *
 * Invariant: the keys of the items [first, end) never decrease. Both functions return an index in
 * [first, end], and read the keys of some items between. They are inline, so that the compiler can
 * inline the key function too.
 */
#ifndef GT_BASE_SEARCH_H
#define GT_BASE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t gt_key_fn(const void *items, size_t index);

/* The first item whose key is not below `key`. */
static inline size_t gt_lower_bound(const void *items, size_t first, size_t end, uint64_t key,
                                    gt_key_fn *key_of)
{
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (key_of(items, middle) < key)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* The first item whose key is above `key`. */
static inline size_t gt_upper_bound(const void *items, size_t first, size_t end, uint64_t key,
                                    gt_key_fn *key_of)
{
    return key == UINT64_MAX ? end : gt_lower_bound(items, first, end, key + 1, key_of);
}

#endif
