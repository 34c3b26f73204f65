#include "inspector/runtime/roots/traces.h"

#include "inspector/graph/mark.h"
#include "inspector/runtime/roots/kinds.h"
#include "inspector/runtime/roots/leads.h"
#include "inspector/runtime/roots/makers.h"
#include "inspector/runtime/roots/retired.h"

struct finder {
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_gcmarks *marks;
    const struct gt_bitmap *live;
    struct gt_bitmap wanted; /* the dropped of which nothing is known yet */
    struct gt_bitmap few;    /* too many of a kind for what is known of it */
    struct gt_traces *out;
};

/* ---- sets ---------------------------------------------------------------------------------- */

static void subtract(struct gt_bitmap *from, const struct gt_bitmap *what)
{
    for (size_t i = 0; i < (from->bits + 63) / 64; i++)
        from->words[i] &= ~what->words[i];
}

static void intersect(struct gt_bitmap *with, const struct gt_bitmap *what)
{
    for (size_t i = 0; i < (with->bits + 63) / 64; i++)
        with->words[i] &= what->words[i];
}

static void add(struct gt_bitmap *to, const struct gt_bitmap *what)
{
    for (size_t i = 0; i < (to->bits + 63) / 64; i++)
        to->words[i] |= what->words[i];
}

static bool is_empty(const struct gt_bitmap *set)
{
    return gt_bitmap_next(set, 0) == set->bits;
}

/* All that `from` leads to, but for what lives, directly or not; it is known then. A parked frame
 * says nothing of when its word died. */
static void follow(struct finder *finder, const struct gt_bitmap *from, enum gt_trace trace)
{
    const struct gt_heap *graph = &finder->heap->graph;
    struct gt_bitmap *found = &finder->out->of[trace];

    add(found, finder->live);
    struct gt_marker *marker = gt_marker_create(graph, NULL, found);
    for (size_t i = gt_bitmap_next(from, 0); i < from->bits; i = gt_bitmap_next(from, i + 1))
        gt_mark_seed(marker, gt_heap_address(graph, (uint32_t)i));
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    subtract(found, finder->live);
    if (trace != GT_TRACE_FRAME) subtract(&finder->wanted, found);
}

/* ---- what is known ------------------------------------------------------------------------- */

static void take_leads(struct finder *finder)
{
    static const enum gt_trace traces[GT_LEADS] = {
        [GT_LEAD_WORD] = GT_TRACE_WORD,     [GT_LEAD_FRAME] = GT_TRACE_FRAME,
        [GT_LEAD_STACK] = GT_TRACE_STACK,   [GT_LEAD_UNWALKED] = GT_TRACE_UNWALKED,
        [GT_LEAD_OBJECT] = GT_TRACE_OBJECT,
    };
    struct gt_leads leads;

    gt_leads_find(finder->heap, finder->goroutines, finder->marks, finder->live, &finder->wanted,
                  &leads);
    for (int lead = 0; lead < GT_LEADS; lead++)
        follow(finder, &leads.to[lead], traces[lead]);
    gt_leads_deinit(&leads);
}

static void take_retired(struct finder *finder)
{
    struct gt_bitmap retired;

    gt_bitmap_init(&retired, finder->wanted.bits);
    gt_retired_find(finder->heap, &finder->wanted, &retired);
    follow(finder, &retired, GT_TRACE_RETIRED);
    gt_bitmap_deinit(&retired);
}

static void take_alike(struct finder *finder, const struct gt_bitmap *models, enum gt_trace trace)
{
    struct gt_bitmap alike;

    if (is_empty(&finder->wanted)) return;
    gt_bitmap_init(&alike, finder->wanted.bits);
    gt_kinds_find(finder->heap, &finder->wanted, models, &alike, &finder->few);
    follow(finder, &alike, trace);
    gt_bitmap_deinit(&alike);
}

/* What was allocated since, and what is known to have been dropped. */
static void list_recent(const struct finder *finder, struct gt_bitmap *recent)
{
    add(recent, &finder->marks->unjudged);
    add(recent, &finder->out->of[GT_TRACE_STACK]);
    add(recent, &finder->out->of[GT_TRACE_OBJECT]);
    add(recent, &finder->out->of[GT_TRACE_ALIKE]);
}

/* Stacks that lead to dropped objects were used since, too. */
static void take_stacks(struct finder *finder, const struct gt_bitmap *recent)
{
    struct gt_leads leads;

    if (is_empty(&finder->wanted)) return;
    gt_leads_in_stacks(finder->heap, finder->goroutines, recent, &finder->wanted, &leads);
    follow(finder, &leads.to[GT_LEAD_STACK], GT_TRACE_STACK);
    gt_leads_deinit(&leads);
}

/* How often the code has run is not known: it made no more than a program that is so busy. */
static void take_made(struct finder *finder, const struct gt_bitmap *recent)
{
    struct gt_bitmap made;

    if (is_empty(&finder->wanted)) return;
    gt_bitmap_init(&made, finder->wanted.bits);
    gt_makers_find(finder->heap, finder->goroutines, recent, &finder->wanted, &made);
    if (gt_bitmap_count(&made) <= GT_FOR_EACH_MODEL * gt_bitmap_count(recent))
        follow(finder, &made, GT_TRACE_MADE);
    else
        add(&finder->few, &made);
    gt_bitmap_deinit(&made);
}

static void take_few(struct finder *finder)
{
    intersect(&finder->few, &finder->wanted);
    follow(finder, &finder->few, GT_TRACE_FEW);
}

static void see_pointer(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset, (void)value;
    *(bool *)ctx = true;
}

/* A type in a slot may be left from what the pages held before; the bitmap of a span is its own. */
static bool has_layout(const struct gt_heap *graph, const struct gt_region *region, uint32_t slot)
{
    bool has = false;

    if (region->scan == GT_SCAN_BITMAP) gt_heap_words(graph, slot, see_pointer, &has);
    return has;
}

/* How many slots of a span have had an object: it hands them out in order (malloc.go, nextFree). */
static uint32_t count_used(const struct gt_heap *graph, const struct gt_region *region)
{
    uint32_t used = region->count;

    while (used && !gt_bit(&graph->allocated, region->first + used - 1))
        used--;
    return used;
}

/* Slots whose objects the last mark found dead, or one before it. One behind all objects of its
 * span has had one if it still has a pointer layout. */
static void list_freed_in(const struct finder *finder, const struct gt_region *region,
                          struct gt_bitmap *models)
{
    const struct gt_heap *graph = &finder->heap->graph;
    uint32_t used = count_used(graph, region);

    for (uint32_t i = region->first; i < region->first + region->count; i++) {
        if (gt_bit(finder->live, i) || gt_bit(&finder->marks->marked, i)) continue;
        if (gt_bit(&finder->marks->unjudged, i)) continue;
        if (i - region->first < used || has_layout(graph, region, i)) gt_bit_set(models, i);
    }
}

static void take_freed(struct finder *finder)
{
    struct gt_bitmap freed;

    gt_bitmap_init(&freed, finder->wanted.bits);
    for (uint32_t i = 0; i < finder->heap->graph.region_count; i++)
        list_freed_in(finder, &finder->heap->graph.regions[i], &freed);
    take_alike(finder, &freed, GT_TRACE_FREED);
    gt_bitmap_deinit(&freed);
}

/* Judges the objects that no word leads to by what is known of the others. */
static void take_rest(struct finder *finder)
{
    struct gt_bitmap recent;

    gt_bitmap_init(&recent, finder->wanted.bits);
    list_recent(finder, &recent);
    take_alike(finder, &recent, GT_TRACE_ALIKE);
    list_recent(finder, &recent);
    take_stacks(finder, &recent);
    take_made(finder, &recent);
    take_freed(finder);
    take_few(finder);
    gt_bitmap_deinit(&recent);
}

void gt_traces_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                    const struct gt_bitmap *dropped, struct gt_traces *out)
{
    struct finder finder = {
        .heap = heap, .goroutines = goroutines, .marks = marks, .live = live, .out = out};
    struct gt_bitmap left;

    for (int trace = 0; trace < GT_TRACES; trace++)
        gt_bitmap_init(&out->of[trace], dropped->bits);
    gt_bitmap_init(&left, dropped->bits);
    gt_bitmap_init(&finder.wanted, dropped->bits);
    gt_bitmap_init(&finder.few, dropped->bits);
    gt_bitmap_copy(&finder.wanted, dropped);
    take_leads(&finder);
    gt_bitmap_copy(&finder.wanted, dropped);
    take_retired(&finder);
    for (int trace = 0; trace < GT_TRACES; trace++)
        if (trace != GT_TRACE_FRAME) subtract(&finder.wanted, &out->of[trace]);
    take_rest(&finder);
    gt_bitmap_copy(&left, &finder.wanted);
    follow(&finder, &left, GT_TRACE_NONE);
    intersect(&out->of[GT_TRACE_FRAME], &out->of[GT_TRACE_NONE]);
    gt_bitmap_deinit(&left);
    gt_bitmap_deinit(&finder.wanted);
    gt_bitmap_deinit(&finder.few);
}

void gt_traces_deinit(struct gt_traces *traces)
{
    for (int trace = 0; trace < GT_TRACES; trace++)
        gt_bitmap_deinit(&traces->of[trace]);
}

enum gt_trace gt_trace_of(const struct gt_traces *traces, uint32_t object)
{
    for (int trace = 0; trace < GT_TRACES; trace++)
        if (gt_bit(&traces->of[trace], object)) return (enum gt_trace)trace;
    return GT_TRACE_NONE;
}
