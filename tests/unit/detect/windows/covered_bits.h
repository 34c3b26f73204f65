/* What is covered, with a bit for each object. */
#ifndef GT_TEST_COVERED_BITS_H
#define GT_TEST_COVERED_BITS_H

#include "inspector/detect/windows/covering_words.h"

static struct gt_covered no_bits(size_t objects)
{
    struct gt_covered covered;

    gt_bitmap_init(&covered.whole, objects);
    gt_bitmap_init(&covered.half, objects);
    gt_bitmap_init(&covered.full, objects);
    return covered;
}

static void free_bits(struct gt_covered *covered)
{
    gt_bitmap_deinit(&covered->whole);
    gt_bitmap_deinit(&covered->half);
    gt_bitmap_deinit(&covered->full);
}

#endif
