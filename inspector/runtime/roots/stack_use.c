/* Goes over the goroutines' stacks, then over the stacks in spans of small stacks. One of these is
 * free if it is not in a map of the stacks of goroutines and threads. Freed pages are judged in
 * parts as large as the smallest stack. */
#include "inspector/runtime/roots/stack_use.h"

#include "inspector/base/hash.h"
#include "inspector/runtime/goroutines/thread_walk.h"
#include "inspector/runtime/roots/freed_pages.h"

#include <string.h>

enum {
    WORD = 8,
    PAGE = 8192,
    LEAST_STACK = 2048,
    STACKS_BYTES = 32 << 10, /* _StackCacheSize */
};

struct visitor {
    gt_stack_fn *visit;
    void *ctx;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_bitmap *recent;
    struct gt_map known; /* lower ends of stacks that belong to a goroutine or a thread, or were
                          * visited */
};

/* True for a goroutine that helped with the mark: it looked as if it waited. */
static bool waits_for_collector(const char *reason)
{
    return reason && (strstr(reason, "GC ") || strstr(reason, "garbage collection"));
}

/* Each collection wakes it as it begins (mgc.go, clearpools), mostly before its stack is
 * scanned. */
static bool cleans_for_collector(const struct gt_process *process, const struct gt_goroutine *g)
{
    static const char starts[] = "runtime.unique_runtime_registerUniqueMapCleanup.";

    return strncmp(gt_process_function(process, g->start_pc), starts, sizeof starts - 1) == 0;
}

bool gt_ran_since(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t assist = 0, since = g->wait_since;

    if (cleans_for_collector(process, g)) return true;
    if (g->status == GT_G_SYSCALL) gt_process_field(process, g->address, GT_F_g_waitsince, &since);
    if (!since || g->status == GT_G_RUNNING || g->status == GT_G_COPYSTACK) return true;
    if (waits_for_collector(g->wait_reason)) return true;
    if (g->wait_reason && strcmp(g->wait_reason, "coroutine") == 0) return true;
    return gt_process_field(process, g->address, GT_F_g_gcAssistBytes, &assist) && assist;
}

/* ---- goroutines' --------------------------------------------------------------------------- */

static void visit_goroutine(const struct visitor *visitor, const struct gt_goroutine *g)
{
    bool known = g->at.sp >= g->stack_lo && g->at.sp < g->stack_hi;

    if (g->cut_off)
        visitor->visit(visitor->ctx, g->stack_lo, g->stack_hi, GT_STACK_CUT_OFF);
    else if (gt_ran_since(visitor->heap->process, g))
        visitor->visit(visitor->ctx, g->stack_lo, g->stack_hi, GT_STACK_USED);
    else
        visitor->visit(visitor->ctx, known ? g->at.sp : g->stack_lo, g->stack_hi, GT_STACK_UNUSED);
}

/* ---- free ones ----------------------------------------------------------------------------- */

static void use_stack_of(struct visitor *visitor, uint64_t m, enum gt_field_id field)
{
    const struct gt_process *process = visitor->heap->process;
    uint64_t g, lo;

    if (gt_process_field(process, m, field, &g) &&
        gt_process_field(process, g, GT_F_g_stack_lo, &lo))
        gt_map_put(&visitor->known, lo, NULL);
}

static void list_used(struct visitor *visitor)
{
    struct gt_u64s ms = gt_all_ms(visitor->heap->process);

    for (uint32_t i = 0; i < visitor->goroutines->count; i++)
        gt_map_put(&visitor->known, visitor->goroutines->list[i].stack_lo, NULL);
    for (size_t i = 0; i < ms.len; i++) {
        use_stack_of(visitor, ms.at[i], GT_F_m_g0);
        use_stack_of(visitor, ms.at[i], GT_F_m_gsignal);
    }
    gt_u64s_deinit(&ms);
}

/* Small stacks lie many in a span (stackpoolalloc); a larger one has a span of its own, which goes
 * with it. */
static bool has_small_stacks(const struct gt_manual_span *span)
{
    return span->npages == STACKS_BYTES / PAGE && span->stack_size >= LEAST_STACK &&
           span->stack_size < STACKS_BYTES;
}

static bool is_recent(const struct visitor *visitor, uint64_t value)
{
    uint32_t object = gt_heap_object(&visitor->heap->graph, value);

    return object != GT_NO_OBJECT && gt_bit(visitor->recent, object);
}

/* Up to the first word that the core lacks. Parts of stacks are whole words, and segments whole
 * pages. */
static bool leads_to_recent(const struct visitor *visitor, uint64_t from, uint64_t to)
{
    const struct gt_memory *mem = visitor->heap->process->mem;

    while (from < to) {
        uint64_t avail = 0;
        const unsigned char *bytes = mem->map(mem->ctx, from, &avail);
        uint64_t size = avail < to - from ? avail : to - from;
        if (!bytes || size < WORD) return false;
        for (uint64_t at = 0; at + WORD <= size; at += WORD)
            if (is_recent(visitor, gt_load64(bytes + at))) return true;
        from += size / WORD * WORD;
    }
    return false;
}

static void visit_unowned(const struct visitor *visitor, uint64_t lo, uint64_t hi)
{
    visitor->visit(visitor->ctx, lo, hi,
                   leads_to_recent(visitor, lo, hi) ? GT_STACK_USED : GT_STACK_FREE);
}

static void visit_free(struct visitor *visitor, const struct gt_manual_span *span)
{
    if (!has_small_stacks(span)) return;
    for (uint64_t at = 0; at + span->stack_size <= STACKS_BYTES; at += span->stack_size) {
        uint64_t lo = span->base + at;
        bool added;
        gt_map_put(&visitor->known, lo, &added);
        if (added) visit_unowned(visitor, lo, lo + span->stack_size);
    }
}

/* The sizes of the stacks are not known any more, so each part is judged separately. */
static void visit_page(void *ctx, uint64_t page, uint64_t bytes)
{
    const struct visitor *visitor = ctx;

    for (uint64_t lo = page; lo < page + bytes; lo += LEAST_STACK)
        visit_unowned(visitor, lo, lo + LEAST_STACK);
}

void gt_stack_use(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                  const struct gt_bitmap *recent, gt_stack_fn *visit, void *ctx)
{
    struct visitor visitor = {
        .visit = visit, .ctx = ctx, .heap = heap, .goroutines = goroutines, .recent = recent};

    for (uint32_t i = 0; i < goroutines->count; i++)
        visit_goroutine(&visitor, &goroutines->list[i]);
    list_used(&visitor);
    for (size_t i = 0; i < heap->manual.len; i++)
        visit_free(&visitor, gt_vec_at(&heap->manual, i));
    gt_map_deinit(&visitor.known);
}

void gt_stack_use_freed(const struct gt_goheap *heap, const struct gt_bitmap *recent,
                        gt_stack_fn *visit, void *ctx)
{
    struct visitor visitor = {.visit = visit, .ctx = ctx, .heap = heap, .recent = recent};

    gt_freed_pages(heap, visit_page, &visitor);
}
