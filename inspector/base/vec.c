/* The storage grows by half of its size, or to what is asked for if that is more, so adding is
 * cheap on average. */
#include "inspector/base/vec.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"

#include <string.h>

void *gt_vec_grow(void *data, size_t *cap, size_t least, size_t elem_size)
{
    if (least <= *cap) return data;
    size_t grown = *cap ? *cap + *cap / 2 + 1 : 8;
    if (grown < least) grown = least;
    data = gt_realloc(data, grown * elem_size);
    *cap = grown;
    return data;
}

void gt_vec_reserve(struct gt_vec *vec, size_t cap)
{
    vec->data = gt_vec_grow(vec->data, &vec->cap, cap, vec->elem_size);
}

void *gt_vec_push(struct gt_vec *vec)
{
    gt_vec_reserve(vec, vec->len + 1);
    void *element = gt_vec_at(vec, vec->len++);
    return memset(element, 0, vec->elem_size);
}

void *gt_vec_add(struct gt_vec *vec, const void *element)
{
    gt_vec_reserve(vec, vec->len + 1);
    return memcpy(gt_vec_at(vec, vec->len++), element, vec->elem_size);
}

void gt_vec_copy(struct gt_vec *to, const struct gt_vec *from)
{
    *to = (struct gt_vec){.elem_size = from->elem_size};
    if (!from->len) return;
    gt_vec_reserve(to, from->len);
    memcpy(to->data, from->data, from->len * from->elem_size);
    to->len = from->len;
}

void gt_vec_clear(struct gt_vec *vec)
{
    vec->len = 0;
}

void gt_vec_deinit(struct gt_vec *vec)
{
    gt_free(vec->data);
    *vec = (struct gt_vec){.elem_size = vec->elem_size};
}

static uint64_t key_at(const void *vec, size_t index)
{
    return *(const uint64_t *)gt_vec_at(vec, index);
}

size_t gt_vec_up_to(const struct gt_vec *vec, uint64_t key)
{
    return gt_upper_bound(vec, 0, vec->len, key, key_at);
}
