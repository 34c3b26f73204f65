/*
 * The live objects of a type that meet conditions, with what each of them and all of them retain.
 *
 * All objects of the type are tested, and all values of it inside other objects (inside.h). Each
 * match of the list takes 24 bytes. Names of holders are made only for the first matches, so a list
 * of millions takes few texts.
 */
#ifndef GT_DETECT_FIND_H
#define GT_DETECT_FIND_H

#include "inspector/detect/heap_analysis.h"

enum { GT_MOST_HELD = 1000 }; /* matches of the list whose holders are named */

struct gt_found_list {
    const struct gt_found_entry {
        uint64_t address, bytes, retained;
    } * entries; /* as many as `listed` of struct gt_find */
    const struct gt_found_holder {
        const char *name; /* or NULL */
        struct gt_path path;
    } * holders;                         /* of the first GT_MOST_HELD entries */
    const struct gt_found_value *values; /* inside other objects */
};

/* GT_ERR_USAGE: see gt_find_create(). */
struct gt_error *gt_find_fill(struct gt_heap_analysis *analysis,
                              const struct gt_find_options *options, struct gt_find *out);

#endif
