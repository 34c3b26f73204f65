/*
 * Kinds of roots for a person who asks what keeps an object: variables of the program, goroutines,
 * finalizers, timers, and variables of the runtime.
 *
 * For the collector timers are no roots: it reaches them through variables of the runtime. Here
 * each timer is a root, and no other kind leads through the words of timer heaps.
 */
#ifndef GT_DETECT_INSPECT_ROOT_KINDS_H
#define GT_DETECT_INSPECT_ROOT_KINDS_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/waits/timers.h"

struct gt_kind_roots {      /* of one kind */
    struct gt_u64s values;  /* the roots' targets */
    struct gt_u32s numbers; /* the numbers of the roots, or of the timers in their list */
    struct gt_bitmap late;  /* those that say little to people (root_names.h) */
};

struct gt_root_kinds {
    struct gt_kind_roots of[GT_PATH_KINDS];
    struct gt_timers timers;
};

void gt_root_kinds_init(struct gt_root_kinds *kinds, const struct gt_heap_analysis *analysis);
void gt_root_kinds_deinit(struct gt_root_kinds *kinds);

#endif
