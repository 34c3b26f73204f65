#include "inspector/detect/goroutine_cut.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

static bool is_stack_root(const struct gt_root *root)
{
    return root->kind == GT_ROOT_FRAME || root->kind == GT_ROOT_CONSERVATIVE ||
           root->kind == GT_ROOT_CONTEXT || root->kind == GT_ROOT_DEFER;
}

void gt_goroutine_roots_init(struct gt_goroutine_roots *index, const struct gt_study *study)
{
    index->first = gt_calloc(study->goroutines->count, sizeof *index->first);
    index->count = gt_calloc(study->goroutines->count, sizeof *index->count);
    for (size_t i = 0; i < study->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(study->roots, i);
        if (!is_stack_root(root)) continue;
        if (index->count[root->owner]++ == 0) index->first[root->owner] = (uint32_t)i;
    }
}

void gt_goroutine_roots_deinit(struct gt_goroutine_roots *index)
{
    free(index->first);
    free(index->count);
}

uint32_t gt_goroutine_object(const struct gt_study *study, uint32_t goroutine)
{
    return gt_heap_object(&study->heap->graph, study->goroutines->list[goroutine].address);
}

void gt_cause_take_goroutine(struct gt_cause *cause, const struct gt_study *study,
                             const struct gt_goroutine_roots *index, uint32_t goroutine)
{
    const struct gt_goroutine *g = &study->goroutines->list[goroutine];
    uint32_t object = gt_goroutine_object(study, goroutine);

    for (uint32_t i = 0; i < index->count[goroutine]; i++) {
        uint32_t root = index->first[goroutine] + i;
        gt_vec_add(&cause->roots, &root);
    }
    if (object != GT_NO_OBJECT) gt_vec_add(&cause->muted, &object);
    cause->stack_bytes += g->stack_hi - g->stack_lo;
}
