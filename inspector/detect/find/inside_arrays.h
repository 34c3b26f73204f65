/*
 * Arrays whose elements hold values of a type, and which of these elements live words lead to.
 *
 * All arrays are added first, then sealed. Then words hold elements, and after the last word the
 * bits of `held` are final. An element is noted once, however many slices lead to it: long runs
 * are sorted and joined at the end.
 */
#ifndef GT_DETECT_FIND_INSIDE_ARRAYS_H
#define GT_DETECT_FIND_INSIDE_ARRAYS_H

#include "inspector/base/vec.h"
#include "inspector/detect/heap_analysis.h"

struct gt_inside_array { /* `count` elements from addr on */
    uint64_t addr, stride, count;
    uint64_t first; /* of its bits in `held` */
    uint32_t object;
    gt_type_id elem;
    bool doubtful; /* a word of unknown type leads there */
    bool queue;    /* of a channel: its words are known */
};

struct gt_inside_arrays {
    struct gt_bitmap known; /* objects that are such arrays */
    struct gt_map index;    /* object -> index in `list` + 1 */
    struct gt_vec list;     /* struct gt_inside_array */
    struct gt_vec runs;     /* of elements, until they are in `held` */
    struct gt_bitmap held;
    uint64_t elements;
};

void gt_inside_arrays_init(struct gt_inside_arrays *arrays, size_t objects);
void gt_inside_arrays_deinit(struct gt_inside_arrays *arrays);

/* `size` bytes from addr on are elements of `stride` bytes, which is not 0. */
void gt_inside_arrays_add(struct gt_inside_arrays *arrays, uint32_t object, uint64_t addr,
                          uint64_t size, gt_type_id elem, uint64_t stride);
void gt_inside_arrays_seal(struct gt_inside_arrays *arrays);

/* NULL when the object is none of them. */
struct gt_inside_array *gt_inside_array_of(const struct gt_inside_arrays *arrays, uint32_t object);

/* A live word leads to `bytes` from addr on, in the array. */
void gt_inside_arrays_hold(struct gt_inside_arrays *arrays, const struct gt_inside_array *array,
                           uint64_t addr, uint64_t bytes);
void gt_inside_arrays_finish(struct gt_inside_arrays *arrays); /* after the last word */

#endif
