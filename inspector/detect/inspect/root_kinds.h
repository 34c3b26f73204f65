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

enum gt_kind_of_root {
    GT_BY_GLOBAL,
    GT_BY_GOROUTINE,
    GT_BY_FINALIZER,
    GT_BY_TIMER,
    GT_BY_RUNTIME,
    GT_KINDS_OF_ROOT
};

struct gt_kind_roots {      /* of one kind */
    struct gt_u64s values;  /* the roots' targets */
    struct gt_u32s numbers; /* the numbers of the roots, or of the timers in their list */
};

struct gt_root_kinds {
    struct gt_kind_roots of[GT_KINDS_OF_ROOT];
    struct gt_timers timers;
};

void gt_root_kinds_init(struct gt_root_kinds *kinds, const struct gt_heap_analysis *analysis);
void gt_root_kinds_deinit(struct gt_root_kinds *kinds);

const char *gt_kind_of_root_name(enum gt_kind_of_root kind);

#endif
