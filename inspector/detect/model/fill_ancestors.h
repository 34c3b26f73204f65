/*
 * Fills in the ancestors of a group's goroutines. Their ancestors ran the same code, and may have
 * been different goroutines.
 */
#ifndef GT_DETECT_FILL_ANCESTORS_H
#define GT_DETECT_FILL_ANCESTORS_H

#include "inspector/base/str.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/model/source.h"

/* Adds a goroutine's ancestry to its group's key; nothing when it has none. */
void gt_add_ancestors_key(const struct gt_source_process *source, const struct gt_goroutine *g,
                          struct gt_str *key);

void gt_fill_ancestors(const struct gt_source_process *source, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group);

#endif
