/*
 * A goroutine's ancestors: the stack of its creator at the go statement, that of the creator's
 * creator, and so on. The runtime keeps them if GODEBUG=tracebackancestors is set (runtime/proc.go,
 * saveAncestors).
 */
#ifndef GT_RUNTIME_ANCESTORS_H
#define GT_RUNTIME_ANCESTORS_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_ANCESTORS = 32, GT_MAX_ANCESTOR_PCS = 128 };

struct gt_ancestor_record { /* the goroutine may have ended: then its number is all there is */
    uint64_t id, go_pc;
    uint64_t pcs[GT_MAX_ANCESTOR_PCS]; /* as runtime.Callers returns them */
    size_t pc_count;
};

/* The number of ancestors that can be read, at most GT_MAX_ANCESTORS. The creator is the first. */
size_t gt_ancestor_count(const struct gt_process *process, const struct gt_goroutine *g);
bool gt_ancestor_at(const struct gt_process *process, const struct gt_goroutine *g, size_t index,
                    struct gt_ancestor_record *out);

#endif
