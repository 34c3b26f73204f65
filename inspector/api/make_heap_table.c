/* `heap`: what fills the live heap, in one of several tables. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/model/fill_process.h"

struct builder {
    struct gt_analysis *analysis;
    struct gt_heap_options options;
    struct gt_heap_table *table;
};

static void fill(const struct builder *builder)
{
    const struct gt_source_process source = gt_analysis_source(builder->analysis);
    struct gt_report *process = builder->table->process;

    gt_fill_process(&source, process);
    struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap(builder->analysis, GT_TYPES_FOR_QUESTIONS, process->storage);
    process->live.bytes = live_heap->live_bytes;
    process->live.objects = live_heap->live_objects;
    gt_analysis_stage(builder->analysis, "looking at what fills the heap");
    gt_heap_table_fill(live_heap, &builder->options, builder->table);
    gt_fill_notes(&source, process);
}

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    struct gt_error *error = gt_analysis_heap_for_types(builder->analysis);

    if (error) return error;
    builder->table = gt_calloc(1, sizeof *builder->table);
    builder->table->process = gt_report_create_empty();
    fill(builder);
    return NULL;
}

static struct gt_heap_table *keep(struct gt_heap_table *table)
{
    gt_report_keep(table->process);
    gt_detach(table);
    return table;
}

struct gt_error *gt_heap_table_create(struct gt_analysis *analysis,
                                      const struct gt_heap_options *options,
                                      struct gt_heap_table **table)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error && (unsigned)builder.options.by >= GT_HEAP_BYS)
        error = gt_error_plain(GT_ERR_USAGE, "there is no such table of the heap");
    if (!error) error = gt_analysis_run(analysis, table, make, &builder);
    if (!error) *table = keep(builder.table);
    return error;
}

void gt_heap_table_destroy(struct gt_heap_table *table)
{
    if (!table) return;
    gt_report_destroy(table->process);
    gt_free(table);
}
