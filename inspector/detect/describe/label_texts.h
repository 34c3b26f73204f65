/*
 * A goroutine's labels for reports.
 */
#ifndef GT_DETECT_LABEL_TEXTS_H
#define GT_DETECT_LABEL_TEXTS_H

#include "inspector/base/arena.h"
#include "inspector/runtime/goroutines/labels.h"

/* Copies labels of the process into a report's storage. */
const struct gt_label *gt_labels_keep(struct gt_arena *storage, const struct gt_label_text *labels,
                                      size_t count);

/* The labels of a goroutine. */
const struct gt_label *gt_labels_describe(struct gt_process *process, const struct gt_goroutine *g,
                                          struct gt_arena *storage, size_t *count);

#endif
