/* The elements of all arrays have consecutive bits. A short run of elements is set at once. Long
 * runs are kept, sorted by their first element, and set in one sweep at the end. */
#include "inspector/detect/find/inside_arrays.h"

#include <stdlib.h>

enum { FEW = 64 }; /* elements that are noted one by one */

struct run { /* of elements that one word leads to: their bits in `held` */
    uint64_t first, end;
};

void gt_inside_arrays_init(struct gt_inside_arrays *arrays, size_t objects)
{
    *arrays = (struct gt_inside_arrays){.list = GT_VEC_OF(struct gt_inside_array),
                                        .runs = GT_VEC_OF(struct run)};
    gt_bitmap_init(&arrays->known, objects);
}

void gt_inside_arrays_deinit(struct gt_inside_arrays *arrays)
{
    gt_bitmap_deinit(&arrays->known);
    gt_map_deinit(&arrays->index);
    gt_vec_deinit(&arrays->list);
    gt_vec_deinit(&arrays->runs);
    gt_bitmap_deinit(&arrays->held);
}

void gt_inside_arrays_add(struct gt_inside_arrays *arrays, uint32_t object, uint64_t addr,
                          uint64_t size, gt_type_id elem, uint64_t stride)
{
    struct gt_inside_array array = {.addr = addr,
                                    .stride = stride,
                                    .count = size / stride,
                                    .first = arrays->elements,
                                    .object = object,
                                    .elem = elem};

    arrays->elements += array.count;
    gt_vec_add(&arrays->list, &array);
    gt_bit_set(&arrays->known, object);
    *gt_map_put(&arrays->index, object, NULL) = arrays->list.len;
}

void gt_inside_arrays_seal(struct gt_inside_arrays *arrays)
{
    gt_bitmap_init(&arrays->held, arrays->elements);
}

struct gt_inside_array *gt_inside_array_of(const struct gt_inside_arrays *arrays, uint32_t object)
{
    const uint64_t *index =
        gt_bit(&arrays->known, object) ? gt_map_find(&arrays->index, object) : NULL;

    return index ? gt_vec_at(&arrays->list, *index - 1) : NULL;
}

void gt_inside_arrays_hold(struct gt_inside_arrays *arrays, const struct gt_inside_array *array,
                           uint64_t addr, uint64_t bytes)
{
    uint64_t from = addr - array->addr, whole = array->stride * array->count;

    if (from >= whole || !bytes) return;
    uint64_t last = bytes > whole - from ? whole - 1 : from + bytes - 1;
    struct run run = {array->first + from / array->stride, array->first + last / array->stride + 1};
    if (run.end - run.first > FEW)
        gt_vec_add(&arrays->runs, &run);
    else
        for (uint64_t i = run.first; i < run.end; i++)
            gt_bit_set(&arrays->held, i);
}

static int by_first(const void *a, const void *b)
{
    const struct run *left = a, *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

void gt_inside_arrays_finish(struct gt_inside_arrays *arrays)
{
    uint64_t next = 0;

    if (arrays->runs.len) qsort(arrays->runs.data, arrays->runs.len, sizeof(struct run), by_first);
    for (size_t i = 0; i < arrays->runs.len; i++) {
        const struct run *run = gt_vec_at(&arrays->runs, i);
        if (next < run->first) next = run->first;
        for (; next < run->end; next++)
            gt_bit_set(&arrays->held, next);
    }
    gt_vec_deinit(&arrays->runs);
}
