/* Asks the types of the detectors, in a call of its own. */
#include "tests/unit/runtime/typing/object_type.h"

#include "inspector/api/analysis.h"
#include "inspector/runtime/typing/typing.h"
#include "tests/unit/synth/synth_impl.h"

/* An object and the name of the type that it gets: "" for none. */
struct question {
    struct gt_analysis *analysis;
    uint64_t addr;
    char name[64];
};

static struct gt_error *ask(void *args)
{
    struct question *question = args;
    const struct gt_analysis *analysis = question->analysis;
    struct gt_arena storage = {0};
    struct gt_error *error = gt_analysis_heap(question->analysis);

    if (error) return error;
    const struct gt_typing *typing =
        gt_analysis_live_heap(question->analysis, GT_TYPES_FOR_DETECTORS, &storage)->typing;
    uint32_t object = gt_heap_object(&analysis->heap->graph, question->addr);
    gt_type_id type = object == GT_NO_OBJECT ? GT_NO_TYPE : gt_typing_type(typing, object);
    if (type)
        snprintf(question->name, sizeof question->name, "%s",
                 gt_types_name(analysis->process->types, type));
    gt_arena_deinit(&storage);
    return NULL;
}

void expect_type(struct synth *synth, uint64_t addr, const char *name)
{
    struct question question = {.analysis = synth_open(synth), .addr = addr};

    assert_null(gt_analysis_run(question.analysis, &question, ask, &question));
    assert_string_equal(question.name, name);
}
