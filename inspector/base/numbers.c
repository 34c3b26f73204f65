#include "inspector/base/numbers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/vec.h"

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
