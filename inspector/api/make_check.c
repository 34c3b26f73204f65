/* `check`: compares gotopsy's live set with the collector's own marks. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/options.h"

enum { USUAL_EXAMPLES = 10 };

struct filler {
    const struct gt_analysis *analysis;
    struct gt_check *check;
};

/* ---- one object ---------------------------------------------------------------------------- */

static const char *copied(const struct filler *filler, const char *text)
{
    return text ? gt_arena_strndup(filler->check->storage, text, strlen(text)) : NULL;
}

/* The type that the allocator recorded, or the function whose address a closure begins with. */
static const char *type_of(const struct filler *filler, uint32_t object)
{
    const struct gt_goheap *heap = filler->analysis->heap;
    uint64_t rtype = gt_goheap_header(heap, object), first;

    if (rtype) {
        gt_type_id id = gt_types_at(heap->process->types, rtype);
        if (id != GT_NO_TYPE) return copied(filler, gt_types_get(heap->process->types, id)->name);
    }
    if (object >= heap->graph.scan_objects) return NULL;
    uint64_t addr = gt_heap_address(&heap->graph, object);
    if (!gt_mem_u64(heap->process->mem, addr, &first)) return NULL;
    const char *function = gt_process_closure(heap->process, addr);
    if (strcmp(function, "?") == 0) return NULL;
    return gt_arena_format(filler->check->storage, "closure of %s", function);
}

/* The start of the slot that has an address; 0: none has. */
static uint64_t slot_of(const struct gt_heap *graph, uint64_t addr)
{
    const struct gt_region *region = addr ? gt_heap_region(graph, addr) : NULL;
    uint32_t slot = region ? gt_region_slot(region, addr) : 0;

    return region && slot < region->count ? region->base + slot * region->slot_size : 0;
}

static struct gt_check_example example_of(const struct filler *filler, uint64_t addr, uint64_t word)
{
    const struct gt_heap *graph = &filler->analysis->heap->graph;
    const struct gt_region *region = gt_heap_region(graph, addr);
    uint32_t object = gt_heap_object(graph, addr);

    return (struct gt_check_example){
        .address = addr,
        .bytes = region ? region->slot_size : 0,
        .type = object != GT_NO_OBJECT ? type_of(filler, object) : NULL,
        .evidence = word,
        .holder = slot_of(graph, word),
    };
}

/* ---- differences --------------------------------------------------------------------------- */

static void fill_label(const struct filler *filler, enum gt_check_reason reason,
                       const struct gt_reason_count *count, struct gt_check_label *out)
{
    size_t size = count->examples.len * sizeof(struct gt_check_example);
    struct gt_check_example *examples = gt_arena_alloc(filler->check->storage, size);

    for (size_t i = 0; i < count->examples.len; i++)
        examples[i] = example_of(filler, count->examples.at[i], count->words.at[i]);
    *out = (struct gt_check_label){.reason = reason,
                                   .explains = gt_reason_explains(reason),
                                   .objects = count->objects,
                                   .bytes = count->bytes,
                                   .examples = examples,
                                   .example_count = count->examples.len};
}

static void fill_difference(const struct filler *filler, const struct gt_reason_count *counts,
                            bool uncertain, struct gt_difference *out)
{
    struct gt_arena *storage = filler->check->storage;
    struct gt_check_count *explained = gt_arena_alloc(storage, GT_REASONS * sizeof *explained);
    struct gt_check_label *labels = gt_arena_alloc(storage, GT_REASONS * sizeof *labels);

    out->explained = explained;
    out->labels = labels;
    for (int i = 0; i < GT_REASONS; i++) {
        enum gt_check_reason reason = (enum gt_check_reason)i;
        if (!counts[i].objects) continue;
        out->objects += counts[i].objects;
        out->bytes += counts[i].bytes;
        fill_label(filler, reason, &counts[i], &labels[out->label_count]);
        labels[out->label_count++].uncertain = uncertain && !gt_reason_explains(reason);
        if (gt_reason_explains(reason))
            explained[out->explained_count++] = (struct gt_check_count){reason, counts[i].objects};
    }
}

static size_t unexplained(const struct gt_difference *difference, uint64_t *addresses)
{
    size_t count = 0;

    for (size_t i = 0; i < difference->label_count; i++)
        for (size_t j = 0;
             !difference->labels[i].explains && j < difference->labels[i].example_count;
             j++, count++)
            if (addresses) addresses[count] = difference->labels[i].examples[j].address;
    return count;
}

static void fill_examples(struct gt_check *check)
{
    size_t count = unexplained(&check->only_gc, NULL) + unexplained(&check->only_own, NULL);
    uint64_t *all = gt_arena_alloc(check->storage, count * sizeof *all);

    unexplained(&check->only_own, all + unexplained(&check->only_gc, all));
    check->examples = all;
    check->example_count = count;
}

/* ---- the verdict --------------------------------------------------------------------------- */

static bool all_explained(const struct gt_difference *difference)
{
    for (size_t i = 0; i < difference->label_count; i++)
        if (!difference->labels[i].explains) return false;
    return true;
}

static enum gt_check_obstacle obstacle_of(const struct gt_gcmarks *marks)
{
    if (marks->under_way) return GT_CHECK_UNDER_WAY;
    return marks->none ? GT_CHECK_NO_MARKS : GT_CHECK_POSSIBLE;
}

static void judge(struct gt_check *check, const struct gt_gcmarks *marks,
                  const struct gt_comparison *comparison)
{
    uint64_t uncertain = gt_comparison_uncertain(comparison);

    check->obstacle = obstacle_of(marks);
    if (check->obstacle)
        check->verdict = GT_NOT_COMPARABLE;
    else if (!check->only_gc.objects && !check->only_own.objects)
        check->verdict = GT_EXACT;
    else if (all_explained(&check->only_gc) && all_explained(&check->only_own))
        check->verdict = GT_EXPLAINED;
    else
        check->verdict = uncertain ? GT_UNCERTAIN : GT_DIFFERS;
    if (check->verdict == GT_UNCERTAIN) check->uncertain_objects = uncertain;
    if (check->verdict != GT_DIFFERS || !check->lacks) return;
    check->verdict = GT_NOT_COMPARABLE;
    check->obstacle = GT_CHECK_LACKS;
}

static void fill(const struct filler *filler, const struct gt_comparison *comparison)
{
    struct gt_check *check = filler->check;
    const struct gt_process *process = filler->analysis->process;
    bool uncertain = gt_comparison_uncertain(comparison);
    struct gt_gc_state state;

    check->gc_objects = comparison->gc_objects;
    check->gc_bytes = comparison->gc_bytes;
    check->own_objects = comparison->own_objects;
    check->own_bytes = comparison->own_bytes;
    check->unjudged_objects = comparison->unjudged;
    check->ran_since = comparison->ran_since;
    gt_gc_state_read(process, &state);
    check->phase = state.phase;
    check->cycles = filler->analysis->heap->sweep_gen / 2;
    check->missing_bytes = process->missing_bytes;
    check->lacks = gt_process_lacks_memory(process, check->storage);
    fill_difference(filler, comparison->only_gc, uncertain, &check->only_gc);
    fill_difference(filler, comparison->only_own, uncertain, &check->only_own);
    fill_examples(check);
}

struct builder {
    struct gt_analysis *analysis;
    struct gt_check_options options;
    struct gt_check *check;
};

static void mark(struct gt_analysis *analysis, struct gt_bitmap *live)
{
    gt_analysis_stage(analysis, "marking");
    gt_bitmap_init(live, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, NULL, live);
}

/* A report that was made before has marked the live heap. */
static void compare(struct builder *builder)
{
    struct gt_analysis *analysis = builder->analysis;
    size_t wanted = builder->options.examples;
    struct gt_compare_options options = {wanted ? wanted : USUAL_EXAMPLES, true};
    struct gt_comparison comparison;
    struct gt_gcmarks marks;
    struct gt_bitmap marked = {0};

    if (!analysis->live_heap) mark(analysis, &marked);
    gt_analysis_stage(analysis, "comparing with the collector's marks");
    gt_gcmarks_init(&marks, analysis->heap);
    gt_analysis_compare(analysis, &marks,
                        analysis->live_heap ? &analysis->live_heap->live : &marked, &options,
                        &comparison);
    fill(&(struct filler){analysis, builder->check}, &comparison);
    judge(builder->check, &marks, &comparison);
    gt_gcmarks_deinit(&marks);
    gt_bitmap_deinit(&marked);
    gt_comparison_deinit(&comparison);
}

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    struct gt_error *error = gt_analysis_heap(builder->analysis);

    if (error) return error;
    builder->check = gt_calloc(1, sizeof *builder->check);
    builder->check->storage = gt_calloc(1, sizeof *builder->check->storage);
    builder->check->all_examples = builder->options.examples;
    compare(builder);
    return NULL;
}

static struct gt_check *keep(struct gt_check *check)
{
    gt_arena_detach(check->storage);
    gt_detach(check->storage);
    gt_detach(check);
    return check;
}

struct gt_error *gt_check_create(struct gt_analysis *analysis,
                                 const struct gt_check_options *options, struct gt_check **check)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, check, make, &builder);
    if (!error) *check = keep(builder.check);
    return error;
}

void gt_check_destroy(struct gt_check *check)
{
    if (!check) return;
    gt_arena_deinit(check->storage);
    gt_free(check->storage);
    gt_free(check);
}
