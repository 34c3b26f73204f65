/*
 * Values that wait in channels: where a goroutine that blocks in channel operations has the value
 * that it sends, or room for the one that it receives (runtime/chan.go, runtime/select.go:
 * sudog.elem). They are in its frame, mostly without a name, or in the heap. Their type is the
 * channel's element type.
 */
#ifndef GT_RUNTIME_WAITING_VALUES_H
#define GT_RUNTIME_WAITING_VALUES_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_waiting_value {
    uint64_t addr;
    gt_type_id type;
    bool sent; /* it is being sent; else room for what is received */
};

/* The value that holds `addr`, among the first few hundred. */
bool gt_waiting_value_at(const struct gt_process *process, const struct gt_goroutine *g,
                         uint64_t addr, struct gt_waiting_value *out);

#endif
