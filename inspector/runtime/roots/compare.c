#include "inspector/runtime/roots/compare.h"

#include "inspector/base/error.h"
#include "inspector/runtime/heap/special_counts.h"
#include "inspector/runtime/roots/leads.h"

#include <string.h>

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
    struct gt_bitmap led[GT_LEADS];
    uint64_t tiny_blocks; /* an upper bound of the blocks that allocators hold */
    bool lacks;           /* memory is missing that may lead to objects */
    bool misses_special;
    struct gt_comparison *out;
};

static const struct {
    const char *name;
    bool explains;
} reasons[GT_REASONS] = {
    [GT_REASON_STACK] = {"dropped since the last collection: only a dead stack word leads to it",
                         true},
    [GT_REASON_OBJECT] = {"dropped since the last collection: only an unreachable object that was "
                          "allocated since leads to it",
                          true},
    [GT_REASON_DROPPED] = {"dropped since the last collection: nothing leads to it", true},
    [GT_REASON_TINY] = {"tiny block that an allocator held", true},
    [GT_REASON_CONSERVATIVE] = {"only words that may not be pointers lead to it", true},
    [GT_REASON_WORD] = {"a word that gotopsy does not follow leads to it: a missed root or edge",
                        false},
    [GT_REASON_UNWALKED] = {"a stack that gotopsy could not walk to its end may lead to it: a "
                            "missed root",
                            false},
    [GT_REASON_SPECIAL] = {"the runtime counts more finalizers, cleanups or weak handles than "
                           "gotopsy found: a missed root",
                           false},
    [GT_REASON_FRAME] = {"dropped since the last collection: only a dead word of a frame that has "
                         "not run since leads to it",
                         true},
    [GT_REASON_QUIET] = {"unreachable since the last mark, and no goroutine has run since that "
                         "could have dropped it",
                         false},
    [GT_REASON_MISSING] = {"unreachable since the last mark, and the core lacks memory that may "
                           "lead to it",
                           false},
    [GT_REASON_UNMARKED] = {"reached, but not marked", false},
    [GT_REASON_FREE] = {"reached, but free", false},
    [GT_REASON_UNJUDGED] = {"not judged", false},
};

const char *gt_reason_name(enum gt_reason reason)
{
    return reasons[reason].name;
}

bool gt_reason_explains(enum gt_reason reason)
{
    return reasons[reason].explains;
}

static void differ(const struct comparer *comparer, struct gt_reason_count *counts,
                   enum gt_reason reason, uint64_t addr, uint64_t bytes)
{
    struct gt_reason_count *count = &counts[reason];

    count->objects++;
    count->bytes += bytes;
    if (count->examples.len < comparer->examples) gt_vec_add(&count->examples, &addr);
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
        "runtime.gcBgMarkWorker", "runtime.gcBgMarkStartWorkers.",
        "runtime.gcenable.",      "runtime.bgsweep",
        "runtime.bgscavenge",     "runtime.forcegchelper",
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

/* All objects that leads of one kind reach, directly or through each other. */
static void follow(const struct comparer *comparer, const struct gt_bitmap *from,
                   struct gt_bitmap *led)
{
    const struct gt_heap *graph = &comparer->heap->graph;

    gt_bitmap_init(led, graph->objects);
    gt_bitmap_copy(led, &comparer->live);
    struct gt_marker *marker = gt_marker_create(graph, NULL, led);
    for (size_t i = gt_bitmap_next(from, 0); i < from->bits; i = gt_bitmap_next(from, i + 1))
        gt_mark_seed(marker, gt_heap_address(graph, (uint32_t)i));
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
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

static void find_leads(struct comparer *comparer)
{
    struct gt_leads leads;

    gt_leads_find(comparer->heap, comparer->goroutines, comparer->marks, &comparer->live,
                  &comparer->dropped, &leads);
    for (int lead = 0; lead < GT_LEADS; lead++)
        follow(comparer, &leads.to[lead], &comparer->led[lead]);
    gt_leads_deinit(&leads);
}

static enum gt_reason reason_of_leads(const struct comparer *comparer, uint32_t object)
{
    if (gt_bit(&comparer->led[GT_LEAD_WORD], object)) return GT_REASON_WORD;
    if (gt_bit(&comparer->led[GT_LEAD_UNWALKED], object)) return GT_REASON_UNWALKED;
    if (comparer->lacks) return GT_REASON_MISSING;
    if (comparer->goroutines->unplaced) return GT_REASON_UNWALKED;
    if (comparer->misses_special) return GT_REASON_SPECIAL;
    if (gt_bit(&comparer->led[GT_LEAD_STACK], object)) return GT_REASON_STACK;
    if (gt_bit(&comparer->led[GT_LEAD_OBJECT], object)) return GT_REASON_OBJECT;
    if (!comparer->out->ran_since && !comparer->out->unjudged) return GT_REASON_QUIET;
    return gt_bit(&comparer->led[GT_LEAD_FRAME], object) ? GT_REASON_FRAME : GT_REASON_DROPPED;
}

static enum gt_reason reason_for(struct comparer *comparer, uint32_t object)
{
    enum gt_reason reason = reason_of_leads(comparer, object);

    if ((reason == GT_REASON_DROPPED || reason == GT_REASON_QUIET || reason == GT_REASON_FRAME) &&
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
    if (judged) find_leads(comparer);
    if (judged) count_tiny_blocks(comparer);
    for (size_t i = first; i < dropped->bits; i = gt_bitmap_next(dropped, i + 1))
        differ(comparer, comparer->out->only_gc,
               judged ? reason_for(comparer, (uint32_t)i) : GT_REASON_UNJUDGED,
               gt_heap_address(graph, (uint32_t)i), gt_heap_size(graph, (uint32_t)i));
    for (int lead = 0; judged && lead < GT_LEADS; lead++)
        gt_bitmap_deinit(&comparer->led[lead]);
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

static void differ_own(struct comparer *comparer, uint32_t holder, enum gt_reason reason,
                       uint64_t addr, uint64_t bytes)
{
    if (!comparable(comparer))
        reason = GT_REASON_UNJUDGED;
    else if (!reached_precisely(comparer, holder))
        reason = GT_REASON_CONSERVATIVE;
    differ(comparer, comparer->out->only_own, reason, addr, bytes);
}

static void compare_objects(struct comparer *comparer)
{
    const struct gt_heap *graph = &comparer->heap->graph;
    struct gt_comparison *out = comparer->out;

    for (size_t i = gt_bitmap_next(&graph->allocated, 0); i < graph->allocated.bits;
         i = gt_bitmap_next(&graph->allocated, i + 1)) {
        if (gt_bit(&comparer->marks->unjudged, i)) continue;
        bool gc = gt_bit(&comparer->marks->marked, i), own = gt_bit(&comparer->live, i);
        if (gc && !own) gt_bit_set(&comparer->dropped, i);
        if (!own) continue;
        uint64_t bytes = gt_heap_size(graph, (uint32_t)i);
        out->own_objects++;
        out->own_bytes += bytes;
        if (!gc)
            differ_own(comparer, (uint32_t)i, GT_REASON_UNMARKED,
                       gt_heap_address(graph, (uint32_t)i), bytes);
    }
}

struct holder {
    struct comparer *comparer;
    uint32_t object;
};

/* A live pointer to a free slot. The collector would not have freed the slot had it followed the
 * pointer. */
static void dangling_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct holder *holder = ctx;
    const struct gt_heap *graph = &holder->comparer->heap->graph;
    const struct gt_region *region = gt_heap_region(graph, value);

    (void)offset;
    if (!region) return;
    uint32_t slot = gt_region_slot(region, value);
    if (slot >= region->count || gt_bit(&graph->allocated, region->first + slot)) return;
    if (gt_bit_test_set(&holder->comparer->dangling, region->first + slot)) return;
    differ_own(holder->comparer, holder->object, GT_REASON_FREE, value, region->slot_size);
}

static void find_dangling(struct comparer *comparer)
{
    const struct gt_bitmap *live = &comparer->live;

    for (size_t i = gt_bitmap_next(live, 0); i < comparer->heap->graph.scan_objects;
         i = gt_bitmap_next(live, i + 1)) {
        struct holder holder = {comparer, (uint32_t)i};
        if (!gt_bit(&comparer->marks->unjudged, i))
            gt_heap_words(&comparer->heap->graph, (uint32_t)i, dangling_word, &holder);
    }
}

/* ---- both ---------------------------------------------------------------------------------- */

static void init(struct comparer *comparer, struct gt_comparison *out)
{
    size_t objects = comparer->heap->graph.objects;

    *out = (struct gt_comparison){0};
    for (int i = 0; i < GT_REASONS; i++)
        out->only_gc[i].examples = out->only_own[i].examples = GT_VEC_OF(uint64_t);
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
        if (i != GT_REASON_UNJUDGED && i != GT_REASON_MISSING && !reasons[i].explains)
            gt_contradict(&process->contradictions, kind, counts[i].objects,
                          counts[i].examples.len ? gt_vec_u64(&counts[i].examples, 0) : 0);
}

void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process)
{
    struct gt_arena words = {0};

    if (!gt_process_lacks_memory(process, &words)) {
        contradict(comparison->only_gc, GT_LIE_MARKS, process);
        contradict(comparison->only_own, GT_LIE_UNREACHED, process);
    }
    gt_arena_deinit(&words);
}

void gt_comparison_deinit(struct gt_comparison *comparison)
{
    for (int i = 0; i < GT_REASONS; i++) {
        gt_vec_deinit(&comparison->only_gc[i].examples);
        gt_vec_deinit(&comparison->only_own[i].examples);
    }
}
