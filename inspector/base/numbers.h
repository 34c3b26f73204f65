/*
 * Growable lists of numbers: of uint32_t and of uint64_t (a size_t fits the latter).
 *
 * Invariants: len <= cap; at is NULL only while cap is 0. A zeroed struct is an empty list.
 * Elements are read and written as at[index], index < len. Growing moves them, so keep indices, not
 * pointers, across an add. The list owns its storage.
 *
 * Unlike struct gt_vec (vec.h), which is for records, a list takes and gives values: the compiler
 * knows their width.
 */
#ifndef GT_BASE_NUMBERS_H
#define GT_BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

struct gt_u32s {
    uint32_t *at;
    size_t len, cap;
};

struct gt_u64s {
    uint64_t *at;
    size_t len, cap;
};

void gt_u32s_add(struct gt_u32s *list, uint32_t value);
void gt_u32s_reserve(struct gt_u32s *list, size_t cap);
void gt_u32s_clear(struct gt_u32s *list); /* keeps the storage */
void gt_u32s_deinit(struct gt_u32s *list);

void gt_u64s_add(struct gt_u64s *list, uint64_t value);
void gt_u64s_reserve(struct gt_u64s *list, size_t cap);
void gt_u64s_deinit(struct gt_u64s *list);
void gt_u64s_sort(struct gt_u64s *list); /* and removes duplicates */
/* How many of a sorted list's numbers are less than this one. */
size_t gt_u64s_below(const struct gt_u64s *list, uint64_t value);

#endif
