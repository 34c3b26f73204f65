/*
 * Where an object may have been allocated, if no stack and no sample shows it: the program's own
 * calls of the functions that make such objects.
 */
#ifndef GT_DETECT_MAKERS_H
#define GT_DETECT_MAKERS_H

#include "inspector/detect/describe/locations.h"

enum { GT_MAKERS_SHOWN = 3 };

struct gt_makers {
    struct gt_stack stacks[GT_MAKERS_SHOWN]; /* the first few */
    size_t count;                            /* of all locations; 0: not known */
};

/* The locations that call one of the functions with these names; the list ends with NULL. */
struct gt_makers gt_makers_by_code(const struct gt_heap_analysis *analysis,
                                   const char *const *names);

/* "main.fetch (fetch.go:12)", or "one of main.fetch (fetch.go:12), main.put (put.go:8)", and after
 * three places "and 11 more"; NULL when none is known. */
const char *gt_makers_describe(const struct gt_heap_analysis *analysis,
                               const struct gt_makers *makers);

#endif
