/*
 * Names that are near to one that is not there: what a person may have meant.
 *
 * The few best of all that are offered are kept, by how much must change; a name that has the
 * wanted one within it is near. The texts are borrowed.
 */
#ifndef GT_DETECT_INSPECT_NEAR_NAMES_H
#define GT_DETECT_INSPECT_NEAR_NAMES_H

#include "inspector/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { GT_NEAR_NAMES = 5 };

struct gt_near_names {
    const char *wanted;
    const char *names[GT_NEAR_NAMES]; /* the nearest first */
    unsigned distances[GT_NEAR_NAMES];
    size_t count;
};

void gt_near_names_offer(struct gt_near_names *near, const char *name);

/* "; did you mean main.item or main.items?", or "" when none is near. */
const char *gt_near_names_text(const struct gt_near_names *near, struct gt_arena *storage);

/* Does a name mean this one: is it the same, or its end after a slash or a dot? */
bool gt_name_means(const char *wanted, const char *name);

#endif
