/*
 * The labels of a group's goroutines: those that they have in common, or by which they are grouped.
 */
#ifndef GT_DETECT_FILL_LABELS_H
#define GT_DETECT_FILL_LABELS_H

#include "inspector/base/str.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/model/source.h"
#include "inspector/runtime/goroutines/labels.h"

/* Adds a goroutine's labels to its group's key; nothing when it has none. */
void gt_add_labels_key(const struct gt_label_source *source, const struct gt_goroutine *g,
                       struct gt_str *key);

/* A group's labels are those that all of its goroutines have. */
void gt_fill_labels(const struct gt_label_source *source, const struct gt_goroutines *goroutines,
                    const struct gt_member *members, size_t count, struct gt_arena *storage,
                    struct gt_goroutine_group *group);

#endif
