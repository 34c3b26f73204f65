/* Compares the bitmaps of both sets, 64 objects at a time, and looks at single objects only where
 * they differ. What only the collector has is judged at the end, by its traces. What only gotopsy
 * has is judged by a second mark, without the words that need not be pointers. */
#include "inspector/runtime/roots/compare.h"

#include "inspector/base/error.h"
#include "inspector/runtime/heap/special_counts.h"
#include "inspector/runtime/roots/spread.h"
#include "inspector/runtime/roots/stack_use.h"
#include "inspector/runtime/roots/traces.h"

#include <string.h>

struct comparer {
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    const struct gt_gcmarks *marks;
    const struct gt_roots *roots;
    const struct gt_bitmap *live; /* gotopsy's live set */
    struct gt_compare_options options;
    struct gt_bitmap precise;  /* the same without words that need not be pointers */
    struct gt_map words;       /* an object that is not precise -> a word that leads to it */
    struct gt_bitmap dropped;  /* objects that only the collector has */
    struct gt_bitmap dangling; /* free slots that a live pointer leads to */
    struct gt_traces traces;   /* of the dropped */
    uint64_t tiny_blocks;      /* an upper bound of the blocks that allocators hold */
    bool lacks;                /* memory is missing that may lead to objects */
    bool damaged;              /* the core contradicts itself, marks aside */
    bool misses_special;
    struct gt_comparison *out;
};

struct difference {
    uint64_t addr, bytes;
    uint64_t word; /* the address of the word that shows the reason; 0: none */
};

static void differ(const struct comparer *comparer, struct gt_reason_count *counts,
                   enum gt_check_reason reason, const struct difference *difference)
{
    struct gt_reason_count *count = &counts[reason];

    count->objects++;
    count->bytes += difference->bytes;
    if (count->examples.len == comparer->options.examples) return;
    gt_u64s_add(&count->examples, difference->addr);
    gt_u64s_add(&count->words, difference->word);
}

static struct difference difference_of(const struct comparer *comparer, uint32_t object)
{
    const struct gt_heap *graph = &comparer->heap->graph;

    return (struct difference){gt_heap_address(graph, object), gt_heap_size(graph, object), 0};
}

static bool comparable(const struct comparer *comparer)
{
    return !comparer->marks->under_way && !comparer->marks->none;
}

/* ---- what only the collector has ----------------------------------------------------------- */

/* The goroutine has no part in the program's work: it runs in every collection, or holds nothing.
 * The compiler may wrap the function of a go statement in another one. */
static bool serves_collector(const struct gt_process *process, const struct gt_goroutine *g)
{
    static const char *const names[] = {
        "runtime.gcBgMarkWorker",
        "runtime.gcBgMarkStartWorkers.",
        "runtime.gcenable.",
        "runtime.bgsweep",
        "runtime.bgscavenge",
        "runtime.forcegchelper",
        "runtime.unique_runtime_registerUniqueMapCleanup.",
    };
    const char *starts = gt_process_function(process, g->start_pc);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(starts, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static void count_runners(struct comparer *comparer)
{
    const struct gt_process *process = comparer->heap->process;

    for (uint32_t i = 0; i < comparer->goroutines->count; i++) {
        const struct gt_goroutine *g = &comparer->goroutines->list[i];
        if (gt_ran_since(process, g) && !serves_collector(process, g)) comparer->out->ran_since++;
    }
}

static void count_tiny_blocks(struct comparer *comparer)
{
    const struct gt_process *process = comparer->heap->process;
    struct gt_slice allp;
    uint64_t addr;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    if (error)
        gt_error_destroy(error);
    else if (gt_process_slice(process, addr, 8, &allp))
        comparer->tiny_blocks = allp.len;
}

static uint64_t count_running(const struct gt_goroutines *goroutines)
{
    uint64_t running = 0;

    for (uint32_t i = 0; i < goroutines->count; i++)
        running += goroutines->list[i].status == GT_G_RUNNING;
    return running;
}

static bool is_damaged(const struct gt_contradictions *contradictions)
{
    for (int i = 0; i < GT_CONTRADICTIONS; i++)
        if (i != GT_CONTRADICTION_MARKS && i != GT_CONTRADICTION_UNREACHED &&
            contradictions->of[i].count)
            return true;
    return false;
}

/* Reasons that hold for all objects. */
static void find_gaps(struct comparer *comparer)
{
    const struct gt_process *process = comparer->heap->process;
    struct gt_arena words = {0};

    comparer->damaged = is_damaged(&process->contradictions);
    comparer->lacks = gt_process_lacks_memory(process, &words) != NULL;
    gt_arena_deinit(&words);
    comparer->misses_special = gt_specials_missed(comparer->heap, comparer->specials,
                                                  count_running(comparer->goroutines)) > 0;
}

static enum gt_check_reason reason_of_trace(const struct comparer *comparer, enum gt_trace trace)
{
    static const enum gt_check_reason reason[GT_TRACES] = {
        [GT_TRACE_WORD] = GT_REASON_WORD,       [GT_TRACE_UNWALKED] = GT_REASON_UNWALKED,
        [GT_TRACE_RETIRED] = GT_REASON_RETIRED, [GT_TRACE_STACK] = GT_REASON_STACK,
        [GT_TRACE_OBJECT] = GT_REASON_OBJECT,   [GT_TRACE_BARRIER] = GT_REASON_BARRIER,
        [GT_TRACE_ALIKE] = GT_REASON_ALIKE,     [GT_TRACE_FREED] = GT_REASON_FREE_MEMORY,
        [GT_TRACE_MADE] = GT_REASON_MADE,       [GT_TRACE_RECYCLED] = GT_REASON_FREED,
        [GT_TRACE_IDLE] = GT_REASON_IDLE,       [GT_TRACE_FEW] = GT_REASON_FEW,
        [GT_TRACE_FRAME] = GT_REASON_FRAME,     [GT_TRACE_NONE] = GT_REASON_NOTHING,
    };

    if (trace <= GT_TRACE_UNWALKED) return reason[trace];
    if (comparer->lacks) return GT_REASON_MISSING;
    if (comparer->goroutines->unplaced) return GT_REASON_UNWALKED;
    if (comparer->misses_special) return GT_REASON_SPECIAL;
    if (trace == GT_TRACE_RETIRED) return reason[trace];
    if (!comparer->out->ran_since && !comparer->out->unjudged) return GT_REASON_QUIET;
    if (comparer->damaged && !gt_reason_explains(reason[trace])) return GT_REASON_DAMAGED;
    return reason[trace];
}

/* A tiny block has no pointers, and no trace but words that lead to it. */
static enum gt_check_reason reason_for(struct comparer *comparer, enum gt_trace trace,
                                       uint32_t object)
{
    enum gt_check_reason reason = reason_of_trace(comparer, trace);

    if ((reason == GT_REASON_NOTHING || reason == GT_REASON_QUIET || reason == GT_REASON_FRAME) &&
        comparer->tiny_blocks && gt_goheap_tiny(comparer->heap, object)) {
        comparer->tiny_blocks--;
        return GT_REASON_TINY;
    }
    return reason;
}

static void judge(struct comparer *comparer, uint32_t object)
{
    enum gt_trace trace = gt_trace_of(&comparer->traces, object);
    struct difference difference = difference_of(comparer, object);

    difference.word = gt_trace_word(&comparer->traces, trace, object);
    differ(comparer, comparer->out->only_gc, reason_for(comparer, trace, object), &difference);
}

static void leave_unjudged(const struct comparer *comparer, uint32_t object)
{
    struct difference difference = difference_of(comparer, object);

    differ(comparer, comparer->out->only_gc, GT_REASON_UNJUDGED, &difference);
}

static void judge_dropped(struct comparer *comparer)
{
    const struct gt_bitmap *dropped = &comparer->dropped;
    size_t first = gt_bitmap_next(dropped, 0);
    bool judged = comparable(comparer);

    if (first == dropped->bits) return;
    if (judged) find_gaps(comparer);
    comparer->traces.located = comparer->options.words;
    if (judged)
        gt_traces_find(comparer->heap, comparer->goroutines, comparer->marks, comparer->live,
                       dropped, &comparer->traces);
    if (judged) count_tiny_blocks(comparer);
    for (size_t i = first; i < dropped->bits; i = gt_bitmap_next(dropped, i + 1))
        judged ? judge(comparer, (uint32_t)i) : leave_unjudged(comparer, (uint32_t)i);
    if (judged) gt_traces_deinit(&comparer->traces);
}

/* ---- what only gotopsy has ----------------------------------------------------------------- */

/* What the words that need not be pointers lead to. */
static void find_words(struct comparer *comparer, const struct gt_bitmap *conservative)
{
    struct gt_bitmap first, reached;
    struct gt_spread spread = {.graph = &comparer->heap->graph,
                               .stop = &comparer->precise,
                               .reached = &reached,
                               .words = &comparer->words};

    gt_bitmap_init(&first, comparer->heap->graph.objects);
    gt_bitmap_init(&reached, comparer->heap->graph.objects);
    for (size_t i = gt_bitmap_next(conservative, 0); i < conservative->bits;
         i = gt_bitmap_next(conservative, i + 1)) {
        const struct gt_root *root = gt_root_at(comparer->roots, i);
        uint32_t object = gt_heap_object(spread.graph, root->value);
        if (object != GT_NO_OBJECT && !gt_bit_test_set(&first, object))
            *gt_map_put(&comparer->words, object, NULL) = root->addr;
    }
    gt_spread_from(&spread, &first);
    gt_bitmap_deinit(&first);
    gt_bitmap_deinit(&reached);
}

static void find_precise(struct comparer *comparer)
{
    struct gt_bitmap conservative;

    gt_bitmap_init(&conservative, comparer->roots->list.len);
    for (size_t i = 0; i < comparer->roots->list.len; i++)
        if (gt_root_at(comparer->roots, i)->kind == GT_ROOT_CONSERVATIVE)
            gt_bit_set(&conservative, i);
    gt_bitmap_init(&comparer->precise, comparer->heap->graph.objects);
    gt_live_mark(comparer->heap, comparer->roots, &conservative, NULL, &comparer->precise);
    if (comparer->options.words) find_words(comparer, &conservative);
    gt_bitmap_deinit(&conservative);
}

/* `holder` is the object itself or, for a free slot, the one that leads there. */
static void differ_own(struct comparer *comparer, uint32_t holder, enum gt_check_reason reason,
                       struct difference difference)
{
    if (!comparable(comparer)) {
        reason = GT_REASON_UNJUDGED;
    } else {
        if (!comparer->precise.words) find_precise(comparer); /* for the first difference */
        if (!gt_bit(&comparer->precise, holder)) reason = GT_REASON_CONSERVATIVE;
    }
    const uint64_t *word = gt_map_find(&comparer->words, holder);
    if (!difference.word && word) difference.word = *word;
    differ(comparer, comparer->out->only_own, reason, &difference);
}

static void differ_unmarked(struct comparer *comparer, uint32_t object)
{
    differ_own(comparer, object, GT_REASON_UNMARKED, difference_of(comparer, object));
}

static void compare_object(struct comparer *comparer, uint32_t object)
{
    struct gt_comparison *out = comparer->out;
    uint64_t bytes = gt_heap_size(&comparer->heap->graph, object);

    if (gt_bit(comparer->live, object)) {
        out->own_objects++, out->own_bytes += bytes;
        differ_unmarked(comparer, object);
    } else {
        out->own_objects--, out->own_bytes -= bytes;
        gt_bit_set(&comparer->dropped, object);
    }
}

/* Most words of the bitmaps are equal. */
static void compare_objects(struct comparer *comparer)
{
    const struct gt_heap *graph = &comparer->heap->graph;
    const struct gt_gcmarks *marks = comparer->marks;

    comparer->out->own_objects = marks->objects;
    comparer->out->own_bytes = marks->bytes;
    for (size_t i = 0; i * 64 < graph->objects; i++) {
        uint64_t rest = comparer->live->words[i] ^ marks->marked.words[i];
        if (!rest) continue;
        rest &= graph->allocated.words[i] & ~marks->unjudged.words[i];
        for (; rest; rest &= rest - 1)
            compare_object(comparer, (uint32_t)(i * 64 + (size_t)__builtin_ctzll(rest)));
    }
}

struct holder {
    struct comparer *comparer;
    uint32_t object;
    uint64_t addr;
};

/* The region of a free slot. NULL if the address is in no free slot, or the slot was counted
 * before. */
static const struct gt_region *free_slot(struct comparer *comparer, uint64_t addr)
{
    const struct gt_heap *graph = &comparer->heap->graph;
    const struct gt_region *region = gt_heap_region(graph, addr);

    if (!region) return NULL;
    uint32_t slot = gt_region_slot(region, addr);
    if (slot >= region->count || gt_bit(&graph->allocated, region->first + slot)) return NULL;
    return gt_bit_test_set(&comparer->dangling, region->first + slot) ? NULL : region;
}

/* A live pointer to a free slot. The collector would not have freed the slot had it followed the
 * pointer. */
static void dangling_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct holder *holder = ctx;
    const struct gt_region *region = free_slot(holder->comparer, value);

    if (!region) return;
    struct difference difference = {value, region->slot_size, holder->addr + offset};
    differ_own(holder->comparer, holder->object, GT_REASON_UNALLOCATED, difference);
}

static void dangling_globals(struct comparer *comparer)
{
    const struct gt_vec *words = &comparer->roots->dangling;

    for (size_t i = 0; i < words->len; i++) {
        const struct gt_root *root = gt_vec_at(words, i);
        const struct gt_region *region = free_slot(comparer, root->value);
        if (!region) continue;
        struct difference difference = {root->value, region->slot_size, root->addr};
        differ(comparer, comparer->out->only_own,
               comparable(comparer) ? GT_REASON_UNALLOCATED : GT_REASON_UNJUDGED, &difference);
    }
}

/* The marks that made the live set have visited each of its words. If none of them was to a free
 * slot, no second look is needed. */
static void find_dangling(struct comparer *comparer)
{
    const struct gt_bitmap *live = comparer->live;

    dangling_globals(comparer);
    if (!comparer->heap->graph.notes->dangles) return;
    for (size_t i = gt_bitmap_next(live, 0); i < comparer->heap->graph.scan_objects;
         i = gt_bitmap_next(live, i + 1)) {
        struct holder holder = {comparer, (uint32_t)i,
                                gt_heap_address(&comparer->heap->graph, (uint32_t)i)};
        if (!gt_bit(&comparer->marks->unjudged, i))
            gt_heap_words(&comparer->heap->graph, (uint32_t)i, dangling_word, &holder);
    }
}

/* ---- both ---------------------------------------------------------------------------------- */

static void init(struct comparer *comparer, struct gt_comparison *out)
{
    size_t objects = comparer->heap->graph.objects;

    *out = (struct gt_comparison){0};
    gt_bitmap_init(&comparer->dropped, objects);
    gt_bitmap_init(&comparer->dangling, objects);
}

static void deinit(struct comparer *comparer)
{
    gt_bitmap_deinit(&comparer->precise);
    gt_map_deinit(&comparer->words);
    gt_bitmap_deinit(&comparer->dropped);
    gt_bitmap_deinit(&comparer->dangling);
}

void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                const struct gt_compare_options *options, struct gt_comparison *out)
{
    struct comparer comparer = {.heap = heap,
                                .goroutines = goroutines,
                                .specials = specials,
                                .marks = marks,
                                .roots = roots,
                                .live = live,
                                .options = *options,
                                .out = out};

    init(&comparer, out);
    out->gc_objects = marks->objects;
    out->gc_bytes = marks->bytes;
    out->unjudged = marks->unjudged_objects;
    count_runners(&comparer);
    compare_objects(&comparer);
    find_dangling(&comparer);
    judge_dropped(&comparer);
    deinit(&comparer);
}

void gt_comparison_deinit(struct gt_comparison *comparison)
{
    for (int i = 0; i < GT_REASONS; i++) {
        gt_u64s_deinit(&comparison->only_gc[i].examples);
        gt_u64s_deinit(&comparison->only_gc[i].words);
        gt_u64s_deinit(&comparison->only_own[i].examples);
        gt_u64s_deinit(&comparison->only_own[i].words);
    }
}
