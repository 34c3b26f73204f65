/*
 * A goroutine's pprof labels (runtime/pprof/label.go): a list of pairs since 1.24, a map before.
 */
#ifndef GT_RUNTIME_LABELS_H
#define GT_RUNTIME_LABELS_H

#include "inspector/runtime/goroutines.h"

/* The labels, copied into `storage`; NULL and 0 when it has none or they cannot be read. */
struct gt_label *gt_labels_of(struct gt_process *process, const struct gt_goroutine *g,
                              struct gt_arena *storage, size_t *count);

#endif
