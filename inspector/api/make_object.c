/* `object`: what one address is. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/options.h"
#include "inspector/detect/inspect/object.h"
#include "inspector/detect/model/fill_process.h"

enum { USUAL_MOST = 20 };

struct builder {
    struct gt_analysis *analysis;
    struct gt_object_options options;
    struct gt_object *object;
};

static void fill(struct builder *builder)
{
    struct gt_analysis *analysis = builder->analysis;
    const struct gt_source_process source = gt_analysis_source(analysis);
    struct gt_object *object = builder->object;

    gt_fill_process(&source, object->process);
    struct gt_heap_analysis *live_heap = gt_analysis_live_heap(analysis, object->process->storage);
    gt_analysis_stage(analysis, "looking for pointers");
    gt_object_fill(live_heap, builder->options.most ? builder->options.most : USUAL_MOST, object);
    gt_fill_notes(&source, object->process);
}

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    struct gt_error *error = gt_analysis_heap(builder->analysis);

    if (error) return error;
    builder->object = gt_calloc(1, sizeof *builder->object);
    builder->object->process = gt_report_create_empty();
    builder->object->address = builder->options.address;
    fill(builder);
    return NULL;
}

struct gt_error *gt_object_create(struct gt_analysis *analysis,
                                  const struct gt_object_options *options,
                                  struct gt_object **object)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, object, make, &builder);
    if (error) return error;
    gt_report_keep(builder.object->process);
    gt_detach(builder.object);
    *object = builder.object;
    return NULL;
}

void gt_object_destroy(struct gt_object *object)
{
    if (!object) return;
    gt_report_destroy(object->process);
    gt_free(object);
}
