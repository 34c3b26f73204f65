/*
 * A goroutine's ancestors: the stack of its creator at the go statement, that of the creator's
 * creator, and so on. The runtime keeps them where GODEBUG=tracebackancestors was on
 * (runtime/proc.go, saveAncestors).
 */
#ifndef GT_RUNTIME_ANCESTORS_H
#define GT_RUNTIME_ANCESTORS_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_ANCESTORS = 32, GT_MAX_ANCESTOR_PCS = 128 };

struct gt_ancestor_record { /* the goroutine may be long gone, and its number be all there is */
    uint64_t id, go_pc;
    uint64_t pcs[GT_MAX_ANCESTOR_PCS]; /* as runtime.Callers gives them */
    size_t pc_count;
};

/* How many there are that can be read: the creator is the first. At most GT_MAX_ANCESTORS. */
size_t gt_ancestor_count(const struct gt_process *process, const struct gt_goroutine *g);
bool gt_ancestor_at(const struct gt_process *process, const struct gt_goroutine *g, size_t index,
                    struct gt_ancestor_record *out);

#endif
