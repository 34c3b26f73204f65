/* What a comparison of the live set with the collector's marks says of the core. */
#include "inspector/api/analysis.h"
#include "inspector/base/call.h"
#include "inspector/runtime/roots/compare.h"
#include "inspector/runtime/roots/live.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

/* The contradictions of a core in which `moved` objects came since the mark. */
static uint64_t contradictions(void **state, uint64_t moved, enum gt_check_reason reason,
                               uint64_t objects)
{
    struct gt_process *process = synth_open(synth_begin(state, GO))->process;
    struct gt_comparison comparison = {.unjudged = moved};

    comparison.only_gc[reason].objects = objects;
    gt_comparison_contradict(&comparison, process);
    return process->contradictions.kinds;
}

static void objects_without_evidence_contradict_a_program_at_rest(void **state)
{
    assert_int_equal(contradictions(state, 0, GT_REASON_NOTHING, 1), 1);
    assert_int_equal(contradictions(state, 0, GT_REASON_FRAME, 1), 1);
    assert_int_equal(contradictions(state, 0, GT_REASON_FREE_MEMORY, 1), 1);
}

/* It may have cleared the one word that led to all of them. */
static void objects_without_evidence_are_no_contradiction_where_anything_moves(void **state)
{
    assert_int_equal(contradictions(state, 1, GT_REASON_NOTHING, 5000), 0);
    assert_int_equal(contradictions(state, 1, GT_REASON_FRAME, 3), 0);
}

/* It shows what the program does, and not what held this object. */
static void what_objects_like_it_do_is_no_evidence(void **state)
{
    static const enum gt_check_reason reasons[] = {GT_REASON_ALIKE, GT_REASON_FREED, GT_REASON_MADE,
                                                   GT_REASON_TINY,  GT_REASON_IDLE,  GT_REASON_FEW};

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct gt_comparison comparison = {0};
        comparison.only_gc[reasons[i]].objects = 7;
        assert_false(gt_reason_explains(reasons[i]));
        assert_int_equal(gt_comparison_uncertain(&comparison), 7);
        assert_int_equal(contradictions(state, 0, reasons[i], 7), 0);
    }
}

/* What was freed before the mark, or is out of use, shows no work since. */
static void only_work_since_the_mark_makes_unknown_objects_uncertain(void **state)
{
    struct gt_comparison comparison = {0};

    (void)state;
    comparison.only_gc[GT_REASON_NOTHING].objects = 2;
    comparison.only_gc[GT_REASON_FREED].objects = 40;
    comparison.only_gc[GT_REASON_FREE_MEMORY].objects = 40;
    assert_int_equal(gt_comparison_uncertain(&comparison), 0);
    comparison.only_gc[GT_REASON_STACK].objects = 1;
    assert_int_equal(gt_comparison_uncertain(&comparison), 82);
}

static void a_damaged_core_differs_whatever_moves(void **state)
{
    assert_int_equal(contradictions(state, 1000, GT_REASON_DAMAGED, 1), 1);
}

static void evidence_of_a_missed_edge_contradicts_whatever_moves(void **state)
{
    assert_int_equal(contradictions(state, 1000, GT_REASON_WORD, 1), 1);
    assert_int_equal(contradictions(state, 1000, GT_REASON_QUIET, 1), 1);
}

static void explained_objects_are_no_contradiction(void **state)
{
    assert_int_equal(contradictions(state, 0, GT_REASON_STACK, 5), 0);
    assert_int_equal(contradictions(state, 0, GT_REASON_BARRIER, 5), 0);
}

/* A word that led to all of them may be damaged; or the program has dropped them at once. */
static void many_of_a_kind_that_comes_and_goes_are_uncertain(void **state)
{
    struct gt_comparison comparison = {.unjudged = 3};

    comparison.only_gc[GT_REASON_FEW].objects = 5000;
    assert_int_equal(gt_comparison_uncertain(&comparison), 5000);
    assert_false(gt_reason_explains(GT_REASON_FEW));
    assert_int_equal(contradictions(state, 3, GT_REASON_FEW, 5000), 0);
    comparison.only_gc[GT_REASON_WORD].objects = 1;
    assert_int_equal(gt_comparison_uncertain(&comparison), 0);
}

enum { KEPT = 96, DROPPED = 48 /* bytes */ };

struct sets {
    struct gt_analysis *analysis;
    uint64_t kept; /* an object that the collector is made to have missed */
    struct gt_comparison comparison;
    uint64_t live_objects, live_bytes;
};

static void miss(struct gt_gcmarks *marks, const struct gt_heap *graph, uint64_t addr)
{
    uint32_t object = gt_heap_object(graph, addr);

    gt_bit_clear(&marks->marked, object);
    marks->objects--;
    marks->bytes -= gt_heap_size(graph, object);
}

static struct gt_error *compare_sets(void *args)
{
    struct sets *sets = args;
    struct gt_analysis *analysis = sets->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    struct gt_gcmarks marks;
    struct gt_bitmap live;

    gt_gcmarks_init(&marks, analysis->heap);
    miss(&marks, graph, sets->kept);
    gt_bitmap_init(&live, graph->objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, NULL, &live);
    sets->live_objects = gt_bitmap_count(&live);
    sets->live_bytes = gt_heap_bytes_of(graph, &live);
    gt_compare(analysis->heap, analysis->goroutines, analysis->specials, analysis->roots, &marks,
               &live, &(struct gt_compare_options){.examples = 1}, &sets->comparison);
    gt_gcmarks_deinit(&marks);
    gt_bitmap_deinit(&live);
    gt_comparison_deinit(&sets->comparison);
    return NULL;
}

static void both_sets_are_counted_where_they_differ(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct sets sets = {.kept = synth_object(synth, KEPT, "p")};

    synth_global(synth, "main.kept", sets.kept);
    synth_object(synth, DROPPED, "p");
    synth_object(synth, DROPPED, "p");
    sets.analysis = synth_open(synth);
    assert_null(gt_analysis_heap(sets.analysis));
    assert_null(gt_call_alone(compare_sets, &sets));
    assert_int_equal(sets.comparison.own_objects, sets.live_objects);
    assert_int_equal(sets.comparison.own_bytes, sets.live_bytes);
    assert_int_equal(sets.comparison.gc_objects, sets.live_objects - 1 + 2);
    assert_int_equal(sets.comparison.gc_bytes, sets.live_bytes - KEPT + UINT64_C(2) * DROPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(both_sets_are_counted_where_they_differ, synth_end),
        cmocka_unit_test_teardown(objects_without_evidence_contradict_a_program_at_rest, synth_end),
        cmocka_unit_test_teardown(
            objects_without_evidence_are_no_contradiction_where_anything_moves, synth_end),
        cmocka_unit_test_teardown(what_objects_like_it_do_is_no_evidence, synth_end),
        cmocka_unit_test_teardown(only_work_since_the_mark_makes_unknown_objects_uncertain,
                                  synth_end),
        cmocka_unit_test_teardown(a_damaged_core_differs_whatever_moves, synth_end),
        cmocka_unit_test_teardown(evidence_of_a_missed_edge_contradicts_whatever_moves, synth_end),
        cmocka_unit_test_teardown(explained_objects_are_no_contradiction, synth_end),
        cmocka_unit_test_teardown(many_of_a_kind_that_comes_and_goes_are_uncertain, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
