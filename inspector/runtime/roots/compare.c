#include "inspector/runtime/roots/compare.h"

#include "inspector/base/error.h"
#include "inspector/runtime/heap/special_counts.h"
#include "inspector/runtime/roots/stack_use.h"
#include "inspector/runtime/roots/traces.h"

#include <inttypes.h>
#include <string.h>

enum { MOVED_FOR_EACH = 10 };

struct comparer {
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    const struct gt_gcmarks *marks;
    const struct gt_roots *roots;
    size_t examples;
    struct gt_bitmap live;     /* gotopsy's live set */
    struct gt_bitmap precise;  /* the same without words that need not be pointers */
    struct gt_bitmap dropped;  /* objects that only the collector has */
    struct gt_bitmap dangling; /* free slots that a live pointer leads to */
    struct gt_traces traces;   /* of the dropped */
    uint64_t tiny_blocks;      /* an upper bound of the blocks that allocators hold */
    bool lacks;                /* memory is missing that may lead to objects */
    bool misses_special;
    struct gt_comparison *out;
};

/* Whether the reason is evidence that gotopsy misses nothing. */
static const bool explains[GT_REASONS] = {
    [GT_REASON_STACK] = true, [GT_REASON_OBJECT] = true,       [GT_REASON_ALIKE] = true,
    [GT_REASON_FREED] = true, [GT_REASON_MADE] = true,         [GT_REASON_RETIRED] = true,
    [GT_REASON_TINY] = true,  [GT_REASON_CONSERVATIVE] = true,
};

bool gt_reason_explains(enum gt_check_reason reason)
{
    return explains[reason];
}

static void differ(const struct comparer *comparer, struct gt_reason_count *counts,
                   enum gt_check_reason reason, uint64_t addr, uint64_t bytes)
{
    struct gt_reason_count *count = &counts[reason];

    count->objects++;
    count->bytes += bytes;
    if (count->examples.len < comparer->examples) gt_u64s_add(&count->examples, addr);
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

/* Reasons that hold for all objects. */
static void find_gaps(struct comparer *comparer)
{
    const struct gt_process *process = comparer->heap->process;
    struct gt_arena words = {0};

    comparer->lacks = gt_process_lacks_memory(process, &words) != NULL;
    gt_arena_deinit(&words);
    comparer->misses_special = gt_specials_missed(comparer->heap, comparer->specials,
                                                  count_running(comparer->goroutines)) > 0;
}

static enum gt_check_reason reason_of_trace(const struct comparer *comparer, enum gt_trace trace)
{
    static const enum gt_check_reason reason[GT_TRACES] = {
        [GT_TRACE_WORD] = GT_REASON_WORD,       [GT_TRACE_UNWALKED] = GT_REASON_UNWALKED,
        [GT_TRACE_RETIRED] = GT_REASON_RETIRED, [GT_TRACE_NONE] = GT_REASON_NOTHING,
        [GT_TRACE_STACK] = GT_REASON_STACK,     [GT_TRACE_OBJECT] = GT_REASON_OBJECT,
        [GT_TRACE_FRAME] = GT_REASON_FRAME,     [GT_TRACE_MADE] = GT_REASON_MADE,
        [GT_TRACE_ALIKE] = GT_REASON_ALIKE,     [GT_TRACE_FREED] = GT_REASON_FREED,
        [GT_TRACE_FEW] = GT_REASON_FEW,
    };

    if (trace <= GT_TRACE_UNWALKED) return reason[trace];
    if (comparer->lacks) return GT_REASON_MISSING;
    if (comparer->goroutines->unplaced) return GT_REASON_UNWALKED;
    if (comparer->misses_special) return GT_REASON_SPECIAL;
    if (trace == GT_TRACE_RETIRED) return reason[trace];
    if (!comparer->out->ran_since && !comparer->out->unjudged) return GT_REASON_QUIET;
    return reason[trace];
}

/* A tiny block has no pointers, and no trace but words that lead to it. */
static enum gt_check_reason reason_for(struct comparer *comparer, uint32_t object)
{
    enum gt_check_reason reason = reason_of_trace(comparer, gt_trace_of(&comparer->traces, object));

    if ((reason == GT_REASON_NOTHING || reason == GT_REASON_QUIET || reason == GT_REASON_FRAME) &&
        comparer->tiny_blocks && gt_goheap_tiny(comparer->heap, object)) {
        comparer->tiny_blocks--;
        return GT_REASON_TINY;
    }
    return reason;
}

static void judge_dropped(struct comparer *comparer)
{
    const struct gt_heap *graph = &comparer->heap->graph;
    const struct gt_bitmap *dropped = &comparer->dropped;
    size_t first = gt_bitmap_next(dropped, 0);
    bool judged = comparable(comparer);

    if (first == dropped->bits) return;
    if (judged) find_gaps(comparer);
    if (judged)
        gt_traces_find(comparer->heap, comparer->goroutines, comparer->marks, &comparer->live,
                       dropped, &comparer->traces);
    if (judged) count_tiny_blocks(comparer);
    for (size_t i = first; i < dropped->bits; i = gt_bitmap_next(dropped, i + 1))
        differ(comparer, comparer->out->only_gc,
               judged ? reason_for(comparer, (uint32_t)i) : GT_REASON_UNJUDGED,
               gt_heap_address(graph, (uint32_t)i), gt_heap_size(graph, (uint32_t)i));
    if (judged) gt_traces_deinit(&comparer->traces);
}

/* ---- what only gotopsy has ----------------------------------------------------------------- */

/* Computed for the first difference. */
static bool reached_precisely(struct comparer *comparer, uint32_t object)
{
    if (!comparer->precise.words) {
        struct gt_bitmap without;
        gt_bitmap_init(&without, comparer->roots->list.len);
        for (size_t i = 0; i < comparer->roots->list.len; i++)
            if (gt_root_at(comparer->roots, i)->kind == GT_ROOT_CONSERVATIVE)
                gt_bit_set(&without, i);
        gt_bitmap_init(&comparer->precise, comparer->heap->graph.objects);
        gt_live_mark(comparer->heap, comparer->roots, &without, NULL, &comparer->precise);
        gt_bitmap_deinit(&without);
    }
    return gt_bit(&comparer->precise, object);
}

static void differ_own(struct comparer *comparer, uint32_t holder, enum gt_check_reason reason,
                       uint64_t addr, uint64_t bytes)
{
    if (!comparable(comparer))
        reason = GT_REASON_UNJUDGED;
    else if (!reached_precisely(comparer, holder))
        reason = GT_REASON_CONSERVATIVE;
    differ(comparer, comparer->out->only_own, reason, addr, bytes);
}

static void compare_object(struct comparer *comparer, uint32_t object)
{
    const struct gt_heap *graph = &comparer->heap->graph;

    if (!gt_bit(&comparer->live, object))
        gt_bit_set(&comparer->dropped, object);
    else
        differ_own(comparer, object, GT_REASON_UNMARKED, gt_heap_address(graph, object),
                   gt_heap_size(graph, object));
}

/* Most words of the bitmaps are equal. */
static void compare_objects(struct comparer *comparer)
{
    const struct gt_heap *graph = &comparer->heap->graph;
    const struct gt_gcmarks *marks = comparer->marks;
    struct gt_bitmap own;

    gt_bitmap_init(&own, graph->objects);
    for (size_t i = 0; i * 64 < graph->objects; i++) {
        uint64_t judged = graph->allocated.words[i] & ~marks->unjudged.words[i];
        uint64_t live = comparer->live.words[i];
        own.words[i] = live & judged;
        for (uint64_t rest = (live ^ marks->marked.words[i]) & judged; rest; rest &= rest - 1)
            compare_object(comparer, (uint32_t)(i * 64 + (size_t)__builtin_ctzll(rest)));
    }
    comparer->out->own_objects = gt_bitmap_count(&own);
    comparer->out->own_bytes = gt_heap_bytes_of(graph, &own);
    gt_bitmap_deinit(&own);
}

struct holder {
    struct comparer *comparer;
    uint32_t object;
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

    (void)offset;
    if (region)
        differ_own(holder->comparer, holder->object, GT_REASON_UNALLOCATED, value,
                   region->slot_size);
}

static void dangling_globals(struct comparer *comparer)
{
    const struct gt_vec *words = &comparer->roots->dangling;

    for (size_t i = 0; i < words->len; i++) {
        uint64_t value = ((const struct gt_root *)gt_vec_at(words, i))->value;
        const struct gt_region *region = free_slot(comparer, value);
        if (region)
            differ(comparer, comparer->out->only_own,
                   comparable(comparer) ? GT_REASON_UNALLOCATED : GT_REASON_UNJUDGED, value,
                   region->slot_size);
    }
}

/* The marks that made the live set have visited each of its words. If none of them was to a free
 * slot, no second look is needed. */
static void find_dangling(struct comparer *comparer)
{
    const struct gt_bitmap *live = &comparer->live;

    dangling_globals(comparer);
    if (!*comparer->heap->graph.dangles) return;
    for (size_t i = gt_bitmap_next(live, 0); i < comparer->heap->graph.scan_objects;
         i = gt_bitmap_next(live, i + 1)) {
        struct holder holder = {comparer, (uint32_t)i};
        if (!gt_bit(&comparer->marks->unjudged, i))
            gt_heap_words(&comparer->heap->graph, (uint32_t)i, dangling_word, &holder);
    }
}

/* ---- both ---------------------------------------------------------------------------------- */

/* True for a reason that is no evidence for or against a missed root or edge. GT_REASON_FEW is some
 * evidence, however many objects it is about. */
static bool is_neutral(enum gt_check_reason reason)
{
    return reason == GT_REASON_NOTHING || reason == GT_REASON_FRAME || reason == GT_REASON_FEW;
}

uint64_t gt_comparison_uncertain(const struct gt_comparison *comparison)
{
    uint64_t uncertain = 0, moved = comparison->unjudged;

    for (int i = 0; i < GT_REASONS; i++) {
        uint64_t own = comparison->only_own[i].objects, objects = comparison->only_gc[i].objects;
        if (explains[i]) {
            moved += objects;
        } else if (own || (objects && !is_neutral((enum gt_check_reason)i))) {
            return 0;
        } else if (i != GT_REASON_FEW) {
            uncertain += objects;
        }
    }
    if (uncertain > moved / MOVED_FOR_EACH) return 0;
    return uncertain + comparison->only_gc[GT_REASON_FEW].objects;
}

static void init(struct comparer *comparer, struct gt_comparison *out)
{
    size_t objects = comparer->heap->graph.objects;

    *out = (struct gt_comparison){0};
    gt_bitmap_init(&comparer->live, objects);
    gt_bitmap_init(&comparer->dropped, objects);
    gt_bitmap_init(&comparer->dangling, objects);
}

static void deinit(struct comparer *comparer)
{
    gt_bitmap_deinit(&comparer->live);
    gt_bitmap_deinit(&comparer->precise);
    gt_bitmap_deinit(&comparer->dropped);
    gt_bitmap_deinit(&comparer->dangling);
}

void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, const struct gt_bitmap *live, size_t examples,
                struct gt_comparison *out)
{
    struct comparer comparer = {.heap = heap,
                                .goroutines = goroutines,
                                .specials = specials,
                                .marks = marks,
                                .roots = roots,
                                .examples = examples,
                                .out = out};

    init(&comparer, out);
    out->gc_objects = gt_bitmap_count(&marks->marked);
    out->gc_bytes = gt_heap_bytes_of(&heap->graph, &marks->marked);
    out->unjudged = gt_bitmap_count(&marks->unjudged);
    count_runners(&comparer);
    if (live)
        gt_bitmap_copy(&comparer.live, live);
    else
        gt_live_mark(heap, roots, NULL, NULL, &comparer.live);
    compare_objects(&comparer);
    find_dangling(&comparer);
    judge_dropped(&comparer);
    deinit(&comparer);
}

static void contradict(const struct gt_reason_count *counts, enum gt_contradiction kind,
                       struct gt_process *process)
{
    for (int i = 0; i < GT_REASONS; i++)
        if (i != GT_REASON_UNJUDGED && i != GT_REASON_MISSING && !explains[i])
            gt_contradict(&process->contradictions, kind, counts[i].objects,
                          counts[i].examples.len ? counts[i].examples.at[0] : 0);
}

static void doubt(uint64_t objects, struct gt_process *process)
{
    gt_process_lost(process, GT_OF_MARKS,
                    "whether the collector agrees: it marked %" PRIu64
                    " object%s that nothing in the core leads to, and the core does not tell "
                    "whether the program dropped %s since (gotopsy check)",
                    objects, objects == 1 ? "" : "s", objects == 1 ? "it" : "them");
}

void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process)
{
    struct gt_arena words = {0};
    uint64_t uncertain = gt_comparison_uncertain(comparison);

    if (uncertain) {
        doubt(uncertain, process);
    } else if (!gt_process_lacks_memory(process, &words)) {
        contradict(comparison->only_gc, GT_CONTRADICTION_MARKS, process);
        contradict(comparison->only_own, GT_CONTRADICTION_UNREACHED, process);
    }
    gt_arena_deinit(&words);
}

void gt_comparison_deinit(struct gt_comparison *comparison)
{
    for (int i = 0; i < GT_REASONS; i++) {
        gt_u64s_deinit(&comparison->only_gc[i].examples);
        gt_u64s_deinit(&comparison->only_own[i].examples);
    }
}
