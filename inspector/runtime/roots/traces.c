/* Fills a set of objects for each trace, in an order in which a step can use what those before it
 * have found. Each set is spread to all dropped objects that it leads to. An object may be in
 * several sets: the first one is its trace. */
#include "inspector/runtime/roots/traces.h"

#include "inspector/runtime/roots/kinds.h"
#include "inspector/runtime/roots/leads.h"
#include "inspector/runtime/roots/makers.h"
#include "inspector/runtime/roots/retired.h"
#include "inspector/runtime/roots/spread.h"

struct finder {
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_gcmarks *marks;
    const struct gt_bitmap *live;
    struct gt_bitmap others; /* all but the dropped */
    struct gt_bitmap wanted; /* the dropped of which nothing is known yet */
    struct gt_bitmap few;    /* too many of a kind for what is known of it */
    struct gt_bitmap idle;   /* the runtime's own, which it may have replaced */
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

static void invert(struct gt_bitmap *to, const struct gt_bitmap *what)
{
    for (size_t i = 0; i < (to->bits + 63) / 64; i++)
        to->words[i] = ~what->words[i];
}

static bool is_empty(const struct gt_bitmap *set)
{
    return gt_bitmap_next(set, 0) == set->bits;
}

static bool is_by_word(enum gt_trace trace)
{
    return trace <= GT_TRACE_BARRIER || trace == GT_TRACE_FREED;
}

/* Gives the trace to all dropped objects that `from` leads to through dropped objects. They are no
 * longer wanted, except for what a frame's word leads to: nothing shows when that word died. */
static void follow(struct finder *finder, const struct gt_bitmap *from, enum gt_trace trace)
{
    struct gt_spread spread = {
        .graph = &finder->heap->graph, .stop = &finder->others, .reached = &finder->out->of[trace]};

    if (finder->out->located && is_by_word(trace)) spread.words = &finder->out->words[trace];
    gt_spread_from(&spread, from);
    if (trace != GT_TRACE_FRAME) subtract(&finder->wanted, spread.reached);
}

/* The same for objects that words lead to; `words` has the address of each. */
static void follow_words(struct finder *finder, const struct gt_bitmap *from,
                         const struct gt_map *words, enum gt_trace trace)
{
    struct gt_map *all = &finder->out->words[trace];

    for (size_t i = gt_bitmap_next(from, 0); i < from->bits && finder->out->located;
         i = gt_bitmap_next(from, i + 1))
        if (!gt_bit(&finder->out->of[trace], i)) *gt_map_put(all, i, NULL) = *gt_map_find(words, i);
    follow(finder, from, trace);
}

/* ---- what is known ------------------------------------------------------------------------- */

static void take_leads(struct finder *finder)
{
    static const enum gt_trace traces[GT_LEADS] = {
        [GT_LEAD_WORD] = GT_TRACE_WORD,     [GT_LEAD_FRAME] = GT_TRACE_FRAME,
        [GT_LEAD_STACK] = GT_TRACE_STACK,   [GT_LEAD_UNWALKED] = GT_TRACE_UNWALKED,
        [GT_LEAD_OBJECT] = GT_TRACE_OBJECT, [GT_LEAD_BARRIER] = GT_TRACE_BARRIER,
    };
    struct gt_leads leads;

    gt_leads_find(finder->heap, finder->goroutines, finder->marks, finder->live, &finder->wanted,
                  &leads);
    for (int lead = 0; lead < GT_LEAD_FREED; lead++)
        follow_words(finder, &leads.to[lead], &leads.words[lead], traces[lead]);
    gt_leads_deinit(&leads);
}

static void take_retired(struct finder *finder)
{
    struct gt_retired found;

    gt_retired_find(finder->heap, &finder->wanted, &found);
    follow_words(finder, &found.retired, &found.words, GT_TRACE_RETIRED);
    gt_bitmap_copy(&finder->idle, &found.idle);
    gt_retired_deinit(&found);
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
    gt_bitmap_unite(recent, &finder->marks->unjudged);
    for (int trace = GT_TRACE_STACK; trace <= GT_TRACE_ALIKE; trace++)
        gt_bitmap_unite(recent, &finder->out->of[trace]);
}

static void take_lead(struct finder *finder, const struct gt_leads *leads, enum gt_lead lead,
                      enum gt_trace trace)
{
    struct gt_bitmap left;

    gt_bitmap_init(&left, finder->wanted.bits);
    gt_bitmap_copy(&left, &leads->to[lead]);
    intersect(&left, &finder->wanted);
    follow_words(finder, &left, &leads->words[lead], trace);
    gt_bitmap_deinit(&left);
}

/* How often the code has run is not known. It may have made GT_FOR_EACH_MODEL objects for each
 * recent one, and no more. */
static void take_made(struct finder *finder, const struct gt_bitmap *recent)
{
    struct gt_bitmap made;

    if (is_empty(&finder->wanted)) return;
    gt_bitmap_init(&made, finder->wanted.bits);
    gt_makers_find(finder->heap, finder->goroutines, recent, &finder->wanted, &made);
    if (gt_bitmap_count(&made) <= GT_FOR_EACH_MODEL * gt_bitmap_count(recent))
        follow(finder, &made, GT_TRACE_MADE);
    else
        gt_bitmap_unite(&finder->few, &made);
    gt_bitmap_deinit(&made);
}

static void take_idle(struct finder *finder)
{
    intersect(&finder->idle, &finder->wanted);
    follow(finder, &finder->idle, GT_TRACE_IDLE);
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

/* Slots whose objects the last mark found dead, or one before it. A slot after all objects of its
 * span has had an object if it still has a pointer layout. */
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

static void take_recycled(struct finder *finder)
{
    struct gt_bitmap freed;

    if (is_empty(&finder->wanted)) return;

    gt_bitmap_init(&freed, finder->wanted.bits);
    for (uint32_t i = 0; i < finder->heap->graph.region_count; i++)
        list_freed_in(finder, &finder->heap->graph.regions[i], &freed);
    take_alike(finder, &freed, GT_TRACE_RECYCLED);
    gt_bitmap_deinit(&freed);
}

/* Judges the objects that no other word leads to by what is known of the others. Stacks that lead
 * to dropped objects were used since, too. */
static void take_rest(struct finder *finder)
{
    struct gt_bitmap recent;
    struct gt_leads leads;

    if (is_empty(&finder->wanted)) return;
    gt_bitmap_init(&recent, finder->wanted.bits);
    list_recent(finder, &recent);
    gt_leads_in_freed(finder->heap, finder->goroutines, finder->marks, &recent, &finder->wanted,
                      &leads);
    take_lead(finder, &leads, GT_LEAD_STACK, GT_TRACE_STACK);
    list_recent(finder, &recent);
    take_alike(finder, &recent, GT_TRACE_ALIKE);
    list_recent(finder, &recent);
    take_made(finder, &recent);
    take_recycled(finder);
    take_idle(finder);
    take_few(finder);
    take_lead(finder, &leads, GT_LEAD_FREED, GT_TRACE_FREED);
    gt_leads_deinit(&leads);
    gt_bitmap_deinit(&recent);
}

void gt_traces_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                    const struct gt_bitmap *dropped, struct gt_traces *out)
{
    struct finder finder = {
        .heap = heap, .goroutines = goroutines, .marks = marks, .live = live, .out = out};
    struct gt_bitmap left;

    *out = (struct gt_traces){.located = out->located};
    for (int trace = 0; trace < GT_TRACES; trace++)
        gt_bitmap_init(&out->of[trace], dropped->bits);
    gt_bitmap_init(&left, dropped->bits);
    gt_bitmap_init(&finder.wanted, dropped->bits);
    gt_bitmap_init(&finder.few, dropped->bits);
    gt_bitmap_init(&finder.idle, dropped->bits);
    gt_bitmap_init(&finder.others, dropped->bits);
    invert(&finder.others, dropped);
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
    gt_bitmap_deinit(&finder.others);
    gt_bitmap_deinit(&finder.wanted);
    gt_bitmap_deinit(&finder.few);
    gt_bitmap_deinit(&finder.idle);
}

void gt_traces_deinit(struct gt_traces *traces)
{
    for (int trace = 0; trace < GT_TRACES; trace++) {
        gt_bitmap_deinit(&traces->of[trace]);
        gt_map_deinit(&traces->words[trace]);
    }
}

enum gt_trace gt_trace_of(const struct gt_traces *traces, uint32_t object)
{
    for (int trace = 0; trace < GT_TRACES; trace++)
        if (gt_bit(&traces->of[trace], object)) return (enum gt_trace)trace;
    return GT_TRACE_NONE;
}

uint64_t gt_trace_word(const struct gt_traces *traces, enum gt_trace trace, uint32_t object)
{
    const uint64_t *word = gt_map_find(&traces->words[trace], object);

    return word ? *word : 0;
}
