/*
 * One goroutine's stack, scanned as the collector scans it (runtime/mgcmark.go, scanstack):
 * frames by their stack maps, stack objects as far as they are reached from the stack, the two
 * frames of an asynchronous preemption and interrupted registers conservatively. In a stack
 * on the move, which the collector would wait for, all stack objects are taken for reached.
 *
 * Every pointer word goes to `found`. This module does not know whether it points into the heap. A
 * scan changes nothing.
 */
#ifndef GT_RUNTIME_STACKSCAN_H
#define GT_RUNTIME_STACKSCAN_H

#include "inspector/runtime/goroutines/goroutines.h"

/* Where a word lies in a stack object, which is one variable, and how many words there before it
 * (at most 1) and after it (at most 2) are no pointers. All 0 for a word of no object. */
struct gt_in_object {
    uint32_t offset : 28, before : 1, after : 2, any : 1;
};

struct gt_stack_word {
    uint64_t addr; /* 0: a register */
    uint64_t value;
    uint32_t frame; /* in the goroutine's frames; UINT32_MAX: in none */
    bool conservative;
    struct gt_in_object in;
};

typedef void gt_stack_word_fn(void *ctx, const struct gt_stack_word *word);

struct gt_stack_counts {
    uint64_t precise, conservative; /* frames */
    uint64_t lost;                  /* frames whose maps could not be read */
};

void gt_stack_scan(struct gt_process *process, const struct gt_goroutine *g,
                   gt_stack_word_fn *found, void *ctx, struct gt_stack_counts *counts);

#endif
