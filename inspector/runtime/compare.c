#include "inspector/runtime/compare.h"

enum {
    MAX_EXAMPLES = 10,
    MANY = 64, /* objects dropped since, beside 1% of all */
};

struct comparing {
    const struct gt_goheap *heap;
    const struct gt_gcmarks *marks;
    struct gt_bitmap live;         /* ours */
    struct gt_bitmap conservative; /* reached from any word of any stack */
    struct gt_bitmap finalized;    /* objects with a finalizer special */
    struct gt_bitmap dangling;     /* free slots that a live pointer leads to */
    struct gt_comparison *out;
};

const char *gt_reason_name(enum gt_reason reason)
{
    static const char *const names[GT_REASONS] = {
        [GT_REASON_TINY] = "tiny block",          [GT_REASON_FINALIZER] = "finalizer",
        [GT_REASON_STACK] = "conservative stack", [GT_REASON_DROPPED] = "dropped since",
        [GT_REASON_NONE] = "unexplained",
    };
    return names[reason];
}

/* Every aligned word of every stack, live by its maps or not. */
static void mark_conservatively(struct comparing *comparing, const struct gt_goroutines *goroutines)
{
    struct gt_marker *marker =
        gt_marker_create(&comparing->heap->graph, NULL, &comparing->conservative);

    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        uint64_t size = g->stack_hi - g->stack_lo;
        const unsigned char *stack = gt_mem_at(comparing->heap->process->mem, g->stack_lo, size);
        for (uint64_t at = 0; stack && at + 8 <= size; at += 8)
            gt_mark_seed(marker, gt_load64(stack + at));
    }
    gt_mark_drain(marker);
    gt_marker_free(marker);
}

static void find_finalized(struct comparing *comparing, const struct gt_specials *specials)
{
    for (size_t i = 0; i < specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(specials, i);
        if (special->kind == GT_SPECIAL_FINALIZER)
            gt_bit_set(&comparing->finalized, special->object);
    }
}

static enum gt_reason reason_for(const struct comparing *comparing, uint32_t object)
{
    if (gt_goheap_tiny(comparing->heap, object)) return GT_REASON_TINY;
    if (gt_bit(&comparing->finalized, object)) return GT_REASON_FINALIZER;
    if (gt_bit(&comparing->conservative, object)) return GT_REASON_STACK;
    return GT_REASON_NONE;
}

static void example(struct comparing *comparing, uint64_t addr)
{
    if (comparing->out->examples.len < MAX_EXAMPLES) gt_vec_add(&comparing->out->examples, &addr);
}

static void differ(struct comparing *comparing, uint32_t object, uint64_t *by_reason,
                   uint64_t *bytes)
{
    enum gt_reason reason = reason_for(comparing, object);

    by_reason[reason]++;
    *bytes += gt_heap_size(&comparing->heap->graph, object);
    if (reason == GT_REASON_NONE)
        example(comparing, gt_heap_address(&comparing->heap->graph, object));
}

static void compare_objects(struct comparing *comparing)
{
    const struct gt_heap *graph = &comparing->heap->graph;
    struct gt_comparison *out = comparing->out;

    for (size_t i = gt_bitmap_next(&graph->allocated, 0); i < graph->allocated.bits;
         i = gt_bitmap_next(&graph->allocated, i + 1)) {
        if (gt_bit(&comparing->marks->unjudged, i)) continue;
        bool gc = gt_bit(&comparing->marks->marked, i), own = gt_bit(&comparing->live, i);
        if (gc && !own) differ(comparing, (uint32_t)i, out->only_gc, &out->only_gc_bytes);
        if (own && !gc) differ(comparing, (uint32_t)i, out->only_own, &out->only_own_bytes);
        out->own_objects += own;
        if (own) out->own_bytes += gt_heap_size(graph, (uint32_t)i);
    }
}

/* A live pointer to a free slot: the collector cannot have followed it and left the slot free. */
static void look_at_word(struct comparing *comparing, uint64_t value)
{
    const struct gt_heap *graph = &comparing->heap->graph;
    const struct gt_region *region = gt_heap_region(graph, value);

    if (!region) return;
    uint32_t slot = gt_region_slot(region, value);
    if (slot >= region->count || gt_bit(&graph->allocated, region->first + slot)) return;
    if (gt_bit_test_set(&comparing->dangling, region->first + slot)) return;
    comparing->out->only_own[GT_REASON_NONE]++;
    comparing->out->only_own_bytes += region->slot_size;
    example(comparing, value);
}

static void dangling_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    look_at_word(ctx, value);
}

static void find_dangling(struct comparing *comparing)
{
    const struct gt_bitmap *live = &comparing->live;

    for (size_t i = gt_bitmap_next(live, 0); i < comparing->heap->graph.scan_objects;
         i = gt_bitmap_next(live, i + 1))
        if (!gt_bit(&comparing->marks->unjudged, i))
            gt_heap_words(&comparing->heap->graph, (uint32_t)i, dangling_word, comparing);
}

/* Objects that the mark reached and nothing reaches now, in a program that went on since. */
static void explain_dropped(struct gt_comparison *out)
{
    uint64_t unexplained = out->only_gc[GT_REASON_NONE];

    if (unexplained == 0 || unexplained > out->unjudged) return;
    out->only_gc[GT_REASON_DROPPED] = unexplained;
    out->only_gc[GT_REASON_NONE] = 0;
    if (!out->only_own[GT_REASON_NONE]) gt_vec_clear(&out->examples);
}

/* A reason that does not hold after all. */
static void retract(uint64_t *by_reason, enum gt_reason reason)
{
    by_reason[GT_REASON_NONE] += by_reason[reason];
    by_reason[reason] = 0;
}

/* What a broken stack held looks as if it had been dropped: then neither the stacks nor the
 * program's going on explains anything. */
static void retract_weak_reasons(struct comparing *comparing)
{
    struct gt_comparison *out = comparing->out;
    bool broken = comparing->heap->process->lost[GT_OF_GOROUTINES] > 0;

    if (broken || out->only_gc[GT_REASON_STACK] > MANY + comparing->out->gc_objects / 100)
        retract(out->only_gc, GT_REASON_STACK);
    if (!broken) explain_dropped(out);
}

void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_roots *roots, const struct gt_specials *specials,
                const struct gt_gcmarks *marks, struct gt_comparison *out)
{
    struct comparing comparing = {.heap = heap, .marks = marks, .out = out};
    size_t objects = heap->graph.objects;

    *out = (struct gt_comparison){.examples = GT_VEC_OF(uint64_t)};
    gt_bitmap_init(&comparing.live, objects);
    gt_bitmap_init(&comparing.conservative, objects);
    gt_bitmap_init(&comparing.finalized, objects);
    gt_bitmap_init(&comparing.dangling, objects);
    gt_live_mark(heap, roots, NULL, NULL, &comparing.live);
    mark_conservatively(&comparing, goroutines);
    find_finalized(&comparing, specials);
    compare_objects(&comparing);
    find_dangling(&comparing);
    out->gc_objects = gt_bitmap_count(&marks->marked);
    out->gc_bytes = gt_heap_bytes_of(&heap->graph, &marks->marked);
    out->unjudged = gt_bitmap_count(&marks->unjudged);
    retract_weak_reasons(&comparing);
    gt_bitmap_free(&comparing.live);
    gt_bitmap_free(&comparing.conservative);
    gt_bitmap_free(&comparing.finalized);
    gt_bitmap_free(&comparing.dangling);
}

void gt_comparison_deinit(struct gt_comparison *comparison)
{
    gt_vec_free(&comparison->examples);
}
