/*
 * The ancestry of a group's goroutines, which is a stack that they have in common too.
 */
#ifndef GT_API_MAKE_ANCESTORS_H
#define GT_API_MAKE_ANCESTORS_H

#include "inspector/api/analysis.h"
#include "inspector/detect/group.h"

/* `key`, by which goroutines are grouped, with the ancestry in it. */
const char *gt_ancestors_key(const struct gt_analysis *analysis, const struct gt_goroutine *g,
                             const char *key, struct gt_arena *storage);

void gt_fill_ancestors(const struct gt_analysis *analysis, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group);

#endif
