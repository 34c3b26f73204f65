/*
 * The arguments of a group's calls, for the places that its stack has.
 */
#ifndef GT_API_MAKE_ARGUMENTS_H
#define GT_API_MAKE_ARGUMENTS_H

#include "inspector/api/analysis.h"
#include "inspector/detect/describe/group.h"

/* Sets the group's words, in the order of the #s in its stack's arguments, unless one is missing
 * from the core. */
void gt_fill_arguments(const struct gt_analysis *analysis, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group);

#endif
