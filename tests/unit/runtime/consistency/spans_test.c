/* Threads share the check of the spans. Any number of them finds the same: how many spans are
 * damaged, and the first of them. */
#include "inspector/api/analysis.h"
#include "inspector/base/call.h"
#include "inspector/runtime/consistency/consistency.h"
#include "tests/unit/runtime/consistency/damages.h"

enum { SPANS = 800, SIZE = 8192 /* a span of its own for each object */, THREADS = 4 };

static uint64_t objects[SPANS];
static const unsigned damaged[] = {600, 300, 799, 301};

enum { DAMAGED = sizeof damaged / sizeof *damaged };

static void spoil_counts(struct synth *synth)
{
    for (size_t i = 0; i < DAMAGED; i++)
        add_to(synth, synth_span_of(synth, objects[damaged[i]])->mspan, GT_F_mspan_allocCount, 1);
}

static struct gt_error *check(void *heap)
{
    gt_consistency_of_spans(heap);
    return NULL;
}

static struct gt_contradictions check_with(struct gt_analysis *analysis, unsigned threads)
{
    struct gt_contradictions *all = &analysis->process->contradictions;

    *all = (struct gt_contradictions){0};
    analysis->heap->graph.threads = threads;
    assert_null(gt_call_alone(check, analysis->heap));
    return *all;
}

/* The spans are checked by their addresses. */
static uint64_t first_damaged(struct synth *synth)
{
    uint64_t first = objects[damaged[0]];

    for (size_t i = 1; i < DAMAGED; i++)
        if (objects[damaged[i]] < first) first = objects[damaged[i]];
    return synth_span_of(synth, first)->mspan;
}

static void any_number_of_threads_finds_the_same(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (size_t i = 0; i < SPANS; i++)
        objects[i] = synth_object(synth, SIZE, NULL);
    synth_spoil(synth, spoil_counts);
    struct gt_analysis *analysis = synth_open(synth);
    assert_null(gt_analysis_heap(analysis));
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        struct gt_contradictions found = check_with(analysis, threads);
        assert_int_equal(found.kinds, 1);
        assert_int_equal(found.of[GT_CONTRADICTION_SPAN_COUNT].count, DAMAGED);
        assert_int_equal(found.of[GT_CONTRADICTION_SPAN_COUNT].example, first_damaged(synth));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(any_number_of_threads_finds_the_same, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
