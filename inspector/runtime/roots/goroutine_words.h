/*
 * The words of a goroutine that are not in its frames, as the collector scans them: registers of
 * one that was interrupted or preempted, and what its g and its defer records point to.
 */
#ifndef GT_RUNTIME_GOROUTINE_WORDS_H
#define GT_RUNTIME_GOROUTINE_WORDS_H

#include "inspector/runtime/goroutines/goroutines.h"

/* What the collector scans in some releases only, from a first one on (gt_version_number). */
enum gt_habit {
    GT_HABIT_INJECTED, /* the link register that a signal handler saved below what it interrupted */
    GT_HABIT_EXTENDED, /* vector registers, which the g keeps while it is preempted */
};

bool gt_collector_scans(const struct gt_process *process, enum gt_habit habit);

/* frame: 0 for a register, UINT32_MAX for a word of the g; addr: 0 when it is in no memory. */
typedef void gt_goroutine_word_fn(void *ctx, uint64_t addr, uint64_t value, uint32_t frame,
                                  bool conservative);

/* Returns how many of its registers and lists cannot be read. */
uint64_t gt_goroutine_words(const struct gt_process *process, const struct gt_goroutine *g,
                            gt_goroutine_word_fn *visit, void *ctx);

#endif
