/* The heap by allocation site, from the runtime's own heap profile. */
#include "inspector/base/package.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/runtime/heap/heap_profile.h"

#include <inttypes.h>

static const char no_rate[] =
    "the heap profile could not be looked for: neither symbols nor the runtime's code lead to its "
    "MemProfileRate";
static const char no_samples[] =
    "the program samples no allocations: it does not link runtime.MemProfile (net/http/pprof and "
    "runtime/pprof do), or it has set runtime.MemProfileRate to 0";

/* ---- names of rows ------------------------------------------------------------------------- */

/* The first call outside of the runtime, which is the one that people look for. */
static const struct gt_source_location *allocating_call(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (!gt_is_runtimes(stack->locations[i].function)) return &stack->locations[i];
    return stack->count ? &stack->locations[0] : NULL;
}

static const char *name_of(struct gt_heap_analysis *analysis, const struct gt_stack *stack)
{
    const struct gt_source_location *call = allocating_call(stack);

    if (!call) return "(no stack)";
    const char *file = call->source ? call->source : call->file;
    if (!file) return call->function;
    return gt_arena_format(analysis->storage, "%s %s:%" PRIu32, call->function, file, call->line);
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Buckets with one stack are one row: they differ only in size. */
static struct gt_heap_row *row_of(struct gt_table_maker *maker, struct gt_strmap *rows,
                                  const uint64_t *pcs, size_t depth)
{
    struct gt_str key = {0};
    bool added;

    for (size_t i = 0; i < depth; i++)
        gt_str_format(&key, "%" PRIx64 " ", pcs[i]);
    uint64_t *place = gt_strmap_put(rows, gt_str_text(&key), &added);
    gt_str_deinit(&key);
    if (!added) return gt_vec_at(&maker->rows, *place);
    *place = maker->rows.len;
    struct gt_heap_analysis *analysis = maker->analysis;
    struct gt_stack stack = gt_locations_called(analysis->process, analysis->storage, pcs, depth);
    struct gt_heap_row *row = gt_table_row(maker, name_of(analysis, &stack));
    row->stack = stack;
    row->sampled_objects = row->sampled_bytes = row->alloc_objects = row->alloc_bytes = 0;
    return row;
}

static void add_record(struct gt_table_maker *maker, struct gt_strmap *rows, int64_t rate,
                       const struct gt_profile_record *record)
{
    uint64_t pcs[GT_PROFILE_DEPTH];
    uint64_t objects = record->allocs - record->frees;
    uint64_t bytes = record->alloc_bytes - record->free_bytes;
    uint64_t allocs = record->allocs, alloc_bytes = record->alloc_bytes;

    if (!record->allocs || !gt_profile_stack(maker->analysis->process, record, pcs)) return;
    struct gt_heap_row *row = row_of(maker, rows, pcs, record->depth);
    gt_table_add(&row->sampled_objects, (int64_t)objects);
    gt_table_add(&row->sampled_bytes, (int64_t)bytes);
    gt_profile_scale(rate, &objects, &bytes);
    gt_profile_scale(rate, &allocs, &alloc_bytes);
    gt_table_add(&row->objects, (int64_t)objects);
    gt_table_add(&row->bytes, (int64_t)bytes);
    gt_table_add(&row->alloc_objects, (int64_t)allocs);
    gt_table_add(&row->alloc_bytes, (int64_t)alloc_bytes);
}

static void add_note(struct gt_table_maker *maker, const char *note)
{
    gt_vec_add(&maker->notes, &note);
}

void gt_table_by_site(struct gt_table_maker *maker)
{
    struct gt_heap_analysis *analysis = maker->analysis;
    struct gt_heap_profile profile;
    struct gt_strmap rows = {0};

    gt_heap_profile_init(&profile, analysis->process);
    maker->table->profile_rate = profile.rate;
    maker->table->profile_records = profile.records.len;
    for (size_t i = 0; i < profile.records.len && profile.rate > 0; i++)
        add_record(maker, &rows, profile.rate, gt_vec_at(&profile.records, i));
    if (profile.rate == GT_UNKNOWN)
        add_note(maker, no_rate);
    else if (profile.rate == 0)
        add_note(maker, no_samples);
    else
        add_note(maker,
                 gt_arena_format(analysis->storage,
                                 "one allocation in %s bytes was sampled, and these are estimates "
                                 "from the samples, as of the last mark that ended: what go tool "
                                 "pprof would have shown",
                                 gt_heap_analysis_count(analysis, (uint64_t)profile.rate)));
    gt_strmap_deinit(&rows);
    gt_heap_profile_deinit(&profile);
}
