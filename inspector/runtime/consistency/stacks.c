/* Checks that a goroutine's stack is one of the stacks of a span of stacks, which all have the
 * span's size (runtime/stack.go, stackalloc). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"

#include <stdlib.h>

enum { PAGE = 8192 };

static int by_base(const void *a, const void *b)
{
    uint64_t left = ((const struct gt_manual_span *)a)->base;
    uint64_t right = ((const struct gt_manual_span *)b)->base;

    return left < right ? -1 : left > right;
}

static uint64_t base_of(const void *spans, size_t index)
{
    return ((const struct gt_manual_span *)spans)[index].base;
}

static bool is_stack(const struct gt_manual_span *spans, size_t count, uint64_t low, uint64_t high)
{
    size_t after = gt_upper_bound(spans, 0, count, low, base_of);
    const struct gt_manual_span *span = after ? &spans[after - 1] : NULL;

    return span && span->stack_size && span->stack_size == high - low &&
           low - span->base < span->npages * PAGE && (low - span->base) % span->stack_size == 0;
}

void gt_consistency_of_stacks(const struct gt_goheap *heap, const struct gt_goroutines *goroutines)
{
    size_t count = heap->manual.len;
    struct gt_manual_span *spans = gt_alloc((count + 1) * sizeof *spans);

    for (size_t i = 0; i < count; i++)
        spans[i] = *(const struct gt_manual_span *)gt_vec_at(&heap->manual, i);
    if (count) qsort(spans, count, sizeof *spans, by_base);
    for (uint32_t i = 0; count && i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        if (!is_stack(spans, count, g->stack_lo, g->stack_hi))
            gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_STACKS, 1, g->address);
    }
    gt_free(spans);
}
