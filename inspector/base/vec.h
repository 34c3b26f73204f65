/*
 * A growable array of equal records. Numbers have their own (numbers.h).
 *
 * Invariants: len <= cap; data is NULL only while cap is 0. Growing moves the elements, so keep
 * indices, not pointers, across a push. The vector owns its storage; a zeroed struct with
 * elem_size set (GT_VEC_OF) is an empty vector.
 */
#ifndef GT_BASE_VEC_H
#define GT_BASE_VEC_H

#include <stddef.h>
#include <stdint.h>

struct gt_vec {
    void *data;
    size_t len, cap;
    size_t elem_size;
};

#define GT_VEC_OF(type) ((struct gt_vec){.elem_size = sizeof(type)})

void *gt_vec_push(struct gt_vec *vec); /* a new, zeroed last element */
void *gt_vec_add(struct gt_vec *vec, const void *element);
void gt_vec_reserve(struct gt_vec *vec, size_t cap);
void gt_vec_copy(struct gt_vec *to, const struct gt_vec *from); /* `to` holds nothing yet */
void gt_vec_clear(struct gt_vec *vec);                          /* keeps the storage */
void gt_vec_deinit(struct gt_vec *vec);

static inline void *gt_vec_at(const struct gt_vec *vec, size_t index)
{
    return (char *)vec->data + index * vec->elem_size;
}

/* Makes room for at least `least` elements, and returns where the elements are now. Arrays of other
 * types use it too. */
void *gt_vec_grow(void *data, size_t *cap, size_t least, size_t elem_size);

/* How many elements of a sorted vector have a key of at most `key`. The key is the uint64_t that
 * each element begins with. */
size_t gt_vec_up_to(const struct gt_vec *vec, uint64_t key);

#endif
