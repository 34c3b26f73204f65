/* The storage grows as that of a vector (vec.h). Sorting is qsort, after which equal neighbours
 * become one. */
#include "inspector/base/numbers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/base/vec.h"

#include <stdlib.h>

void gt_u32s_reserve(struct gt_u32s *list, size_t cap)
{
    list->at = gt_vec_grow(list->at, &list->cap, cap, sizeof *list->at);
}

void gt_u32s_add(struct gt_u32s *list, uint32_t value)
{
    gt_u32s_reserve(list, list->len + 1);
    list->at[list->len++] = value;
}

void gt_u32s_clear(struct gt_u32s *list)
{
    list->len = 0;
}

void gt_u32s_deinit(struct gt_u32s *list)
{
    gt_free(list->at);
    *list = (struct gt_u32s){0};
}

void gt_u64s_reserve(struct gt_u64s *list, size_t cap)
{
    list->at = gt_vec_grow(list->at, &list->cap, cap, sizeof *list->at);
}

void gt_u64s_add(struct gt_u64s *list, uint64_t value)
{
    gt_u64s_reserve(list, list->len + 1);
    list->at[list->len++] = value;
}

void gt_u64s_deinit(struct gt_u64s *list)
{
    gt_free(list->at);
    *list = (struct gt_u64s){0};
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

void gt_u64s_sort(struct gt_u64s *list)
{
    size_t kept = 0;

    if (list->len) qsort(list->at, list->len, sizeof *list->at, by_value);
    for (size_t i = 0; i < list->len; i++)
        if (i == 0 || list->at[i] != list->at[i - 1]) list->at[kept++] = list->at[i];
    list->len = kept;
}

static uint64_t value_at(const void *values, size_t index)
{
    return ((const uint64_t *)values)[index];
}

size_t gt_u64s_below(const struct gt_u64s *list, uint64_t value)
{
    return gt_lower_bound(list->at, 0, list->len, value, value_at);
}
