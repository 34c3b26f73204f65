/*
 * Values of a type inside other live objects: fields of structs, elements of arrays, keys and
 * values of maps, what waits in channels, and small values that share a block of the tiny
 * allocator.
 *
 * An array holds the elements that live words lead to: by the length of a slice, by a pointer to an
 * element or to a field of one, or by a channel's queue. The others are spare: they are counted,
 * and are no values. If a word of unknown type leads to the array, they are uncertain. A map holds
 * its entries, not its free slots. Storage of maps and channels is read through their headers
 * alone, so no value counts twice.
 *
 * The analysis, the kinds of objects and the conditions are borrowed.
 */
#ifndef GT_DETECT_FIND_INSIDE_H
#define GT_DETECT_FIND_INSIDE_H

#include "inspector/detect/find/inside_arrays.h"
#include "inspector/detect/find/offsets.h"
#include "inspector/detect/find/tests.h"
#include "inspector/detect/heap_tables/object_kinds.h"

enum gt_inside_as {
    GT_AS_PART, /* of the value that the block is */
    GT_AS_ELEMENT,
    GT_AS_KEY, /* of a map, or part of one */
    GT_AS_VALUE,
    GT_AS_QUEUED, /* in a channel */
    GT_AS_SMALL   /* in a block of the tiny allocator */
};

struct gt_inside_match {
    uint64_t addr;
    uint32_t object; /* that it is in */
    uint32_t as;     /* enum gt_inside_as */
};

struct gt_inside {
    struct gt_heap_analysis *analysis;
    const struct gt_object_kinds *kinds;
    uint32_t whole; /* the kind of objects that are values of the type */
    const struct gt_tests *tests;
    struct gt_offsets offsets;
    struct gt_inside_arrays arrays;
    struct gt_map headers; /* of maps and channels that were read */
    struct gt_map smalls;  /* addresses in tiny blocks whose values were counted */
    struct gt_bitmap with; /* objects with a match */
    struct gt_vec matches; /* struct gt_inside_match */
    uint64_t values, spare, uncertain, not_in_core, through_nil, not_read;
};

/* `whole` may be GT_NO_KIND. */
void gt_inside_find(struct gt_inside *inside, struct gt_heap_analysis *analysis, gt_type_id type,
                    uint32_t whole, const struct gt_tests *tests);
void gt_inside_deinit(struct gt_inside *inside);

/* Where a match is in its block: ".owner.at", "[17].at", "key", "value.at". Writes at most `size`
 * bytes, NUL included. */
void gt_inside_place(const struct gt_inside *inside, const struct gt_inside_match *match, char *out,
                     size_t size);

#endif
