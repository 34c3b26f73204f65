/*
 * One goroutine's stack, scanned as the collector scans it (runtime/mgcmark.go, scanstack): frames
 * by their stack maps, stack objects as far as they are reached from the stack, the two frames of
 * an asynchronous preemption and interrupted registers conservatively. The collector would wait for
 * a stack that is being moved. Here all its stack objects count as reached. It would wait, too,
 * until an assembler function without stack maps has returned, such as gcWriteBarrier, which has
 * its caller's registers in its frame. Here this frame and its caller's are scanned conservatively.
 *
 * Every pointer word goes to `found`. This module does not know whether it points into the heap. A
 * scan changes nothing.
 */
#ifndef GT_RUNTIME_STACKSCAN_H
#define GT_RUNTIME_STACKSCAN_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/unwind/stack_plans.h"

struct gt_stack_word {
    uint64_t addr; /* 0: a register */
    uint64_t value;
    uint32_t frame; /* index in the goroutine's frames; UINT32_MAX: none */
    bool conservative;
    struct gt_in_object in;
};

typedef void gt_stack_word_fn(void *ctx, const struct gt_stack_word *word);

struct gt_stack_counts {
    uint64_t precise, conservative; /* numbers of frames */
    uint64_t lost;                  /* frames whose maps could not be read */
};

void gt_stack_scan(struct gt_process *process, const struct gt_goroutine *g,
                   gt_stack_word_fn *found, void *ctx, struct gt_stack_counts *counts);

#endif
