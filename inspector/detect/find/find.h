/*
 * The live objects of a type that meet conditions, with what each and all of them retain.
 *
 * All objects of the type are asked. What is kept are 24 bytes for each match of the list. Names of
 * who holds them are made for the first of the list alone, so a list of millions takes no texts.
 */
#ifndef GT_DETECT_FIND_H
#define GT_DETECT_FIND_H

#include "inspector/detect/heap_analysis.h"

enum { GT_MOST_HELD = 1000 }; /* of the list, which are told with who holds them */

struct gt_found_list {
    const struct gt_found_entry {
        uint64_t address, bytes, retained;
    } * entries; /* as many as `listed` of struct gt_find */
    const struct gt_found_holder {
        const char *name; /* or NULL */
        struct gt_path path;
    } * holders; /* of the first GT_MOST_HELD entries */
};

/* GT_ERR_USAGE: see gt_find_create(). */
struct gt_error *gt_find_fill(struct gt_heap_analysis *analysis,
                              const struct gt_find_options *options, struct gt_find *out);

#endif
