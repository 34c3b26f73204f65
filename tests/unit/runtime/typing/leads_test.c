/* What a plan keeps of where its plain pointers led holds until types spread further. */
#include "inspector/runtime/roots/live.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "tests/unit/runtime/typing/many_nodes.h"
#include "tests/unit/runtime/typing/rounds_trial.h"

#include <stdlib.h>

struct question {
    struct gt_analysis *analysis;
    uint64_t node;
    bool led, kept, forgotten;
};

static struct gt_word_plan *plan_of(const struct gt_typing *typing, uint64_t addr)
{
    uint32_t object = gt_heap_object(&typing->heap->graph, addr);

    return gt_planned_row(typing, gt_typing_type(typing, object))->plan;
}

static void ask(struct question *question, const struct gt_bitmap *live)
{
    const struct gt_analysis *analysis = question->analysis;
    struct gt_typing *begun,
        *started = gt_typing_start(analysis->heap, analysis->goroutines, analysis->roots, NULL),
        *typing = gt_typing_create_twice(started, live, &begun);
    const struct gt_word_plan *plan = plan_of(typing, question->node);

    question->led = gt_plan_leads_to_bitmaps(typing, plan);
    question->kept = plan->leads != GT_LEADS_UNKNOWN;
    gt_typing_finish_whole(begun, live);
    question->forgotten = plan->leads == GT_LEADS_UNKNOWN;
    gt_typing_destroy(begun);
    gt_typing_destroy(typing);
}

static struct gt_error *ask_in_call(void *args)
{
    struct question *question = args;
    struct gt_error *error = gt_analysis_heap(question->analysis);
    struct gt_bitmap live;

    if (error) return error;
    gt_bitmap_init(&live, question->analysis->heap->graph.objects);
    gt_live_mark(question->analysis->heap, question->analysis->roots, NULL, NULL, &live);
    ask(question, &live);
    gt_bitmap_deinit(&live);
    return NULL;
}

/* The items of a node lead to its name, but not by a plain pointer; the node leads to objects with
 * pointers. */
static void it_is_forgotten_when_types_spread_further(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct many_nodes *all = many_nodes_build(synth);
    struct question question = {.analysis = synth_open(synth), .node = all->node[0].node};

    assert_null(gt_analysis_run(question.analysis, &question, ask_in_call, &question));
    assert_true(question.led);
    assert_true(question.kept);
    assert_true(question.forgotten);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_is_forgotten_when_types_spread_further, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
