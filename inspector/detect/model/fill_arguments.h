/*
 * Fills in the arguments of a group's calls, for the source locations of its stack.
 */
#ifndef GT_DETECT_FILL_ARGUMENTS_H
#define GT_DETECT_FILL_ARGUMENTS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/model/source.h"

/* Sets the group's words, in the order of the #s in its stack's arguments. Sets nothing if a word
 * is missing from the core. */
void gt_fill_arguments(const struct gt_source_process *source, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group);

#endif
