/* Goroutines as they are read: their state, their frames, and what cannot be read of them. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

static const char *function_of(const struct gt_analysis *analysis, const struct gt_goroutine *g,
                               uint32_t frame)
{
    return gt_process_function(analysis->process,
                               gt_g_frame(analysis->goroutines, g, frame)->pc - 1);
}

static void assert_frames(const struct gt_analysis *analysis, const struct gt_goroutine *g,
                          const char *const *functions, uint32_t count)
{
    assert_int_equal(g->frame_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_string_equal(function_of(analysis, g, i), functions[i]);
}

/* The text of the last loss. */
static void assert_lost(const struct gt_process *process, enum gt_evidence of, const char *text)
{
    const struct gt_vec *losses = &process->losses;

    assert_int_equal(process->lost[of], 1);
    assert_non_null(strstr(*(const char **)gt_vec_at(losses, losses->len - 1), text));
}

static void each_is_read_with_its_frames(void **state)
{
    static const char *const functions[] = {"runtime.gopark", "runtime.chansend",
                                            "runtime.chansend1", "main.produce", "runtime.goexit"};

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        struct synth_g *made = synth_go(synth, "main.produce");
        synth_wait_channel(made, SYNTH_SEND, synth_channel(synth, 0));
        const struct gt_analysis *analysis = synth_open(synth);
        const struct gt_goroutine *g = &analysis->goroutines->list[1];
        assert_int_equal(analysis->goroutines->count, 2);
        assert_int_equal(g->id, synth_g_id(made));
        assert_int_equal(g->address, synth_g_address(made));
        assert_int_equal(g->stack_lo, synth_g_stack(made));
        assert_int_equal(g->status, GT_G_WAITING);
        assert_string_equal(g->wait_reason, "chan send");
        assert_int_equal(g->parent_id, 1);
        assert_frames(analysis, g, functions, 5);
        assert_false(analysis->process->lost[GT_OF_GOROUTINES]);
    }
}

static void one_that_can_run_waits_for_nothing(void **state)
{
    static const char *const functions[] = {"main.main", "runtime.main", "runtime.goexit"};
    const struct gt_analysis *analysis = synth_open(synth_begin(state, GO));
    const struct gt_goroutine *g = &analysis->goroutines->list[0];

    assert_int_equal(g->status, GT_G_RUNNABLE);
    assert_null(g->wait_reason);
    assert_false(g->system);
    assert_frames(analysis, g, functions, 3);
}

static void the_runtimes_own_are_distinguished(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait(synth_go(synth, "runtime.bgsweep"), SYNTH_GC_WORKER);
    synth_wait(synth_go(synth, "main.bgsweep"), SYNTH_SLEEP);
    const struct gt_analysis *analysis = synth_open(synth);
    assert_true(analysis->goroutines->list[1].system);
    assert_false(analysis->goroutines->list[2].system);
}

static void those_at_one_place_have_one_number(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < 3; i++)
        synth_wait(synth_go(synth, i == 2 ? "main.other" : "main.work"), SYNTH_SLEEP);
    const struct gt_goroutine *list = synth_open(synth)->goroutines->list;
    assert_int_equal(list[1].same_place, list[2].same_place);
    assert_int_not_equal(list[1].same_place, list[3].same_place);
}

/* What the goroutine's list has is what a walk of its stack finds. */
static void assert_walked(const struct gt_analysis *analysis, const struct gt_goroutine *g)
{
    struct gt_unwinder walk;
    uint32_t count = 0;

    gt_unwind_start(&walk, &analysis->process->code, &g->at, g->stack_lo, g->stack_hi);
    for (; walk.valid; gt_unwind_next(&walk), count++) {
        assert_true(count < g->frame_count);
        assert_int_equal(gt_g_frame(analysis->goroutines, g, count)->pc, walk.frame.pc);
        assert_int_equal(gt_g_frame(analysis->goroutines, g, count)->cfa, walk.frame.fp);
    }
    assert_int_equal(count, g->frame_count);
    assert_int_equal(g->cut_off, walk.broken != NULL);
}

static void equal_stacks_share_their_frames(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        for (int j = 0; j < 3; j++)
            synth_wait(synth_go(synth, j == 2 ? "main.other" : "main.work"), SYNTH_SLEEP);
        const struct gt_analysis *analysis = synth_open(synth);
        const struct gt_goroutine *list = analysis->goroutines->list;
        for (int j = 0; j < 4; j++)
            assert_walked(analysis, &list[j]);
        assert_int_equal(list[1].first_frame, list[2].first_frame);
        assert_int_not_equal(list[1].first_frame, list[3].first_frame);
    }
}

static void one_that_differs_in_a_return_address_is_walked(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < 3; i++) {
        struct synth_g *made = synth_go(synth, "main.work");
        synth_wait(made, SYNTH_SLEEP);
        if (i == 1) synth_break_stack(made);
    }
    const struct gt_analysis *analysis = synth_open(synth);
    const struct gt_goroutine *list = analysis->goroutines->list;
    for (int i = 1; i < 4; i++)
        assert_walked(analysis, &list[i]);
    assert_true(list[2].cut_off && list[2].frame_count < list[1].frame_count);
    assert_int_equal(list[3].first_frame, list[1].first_frame);
}

/* ---- what cannot be read ------------------------------------------------------------------- */

static void a_stack_that_returns_to_no_code_ends_early(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *made = synth_go(synth, "main.work");

    synth_break_stack(made);
    const struct gt_analysis *analysis = synth_open(synth);
    assert_int_equal(analysis->goroutines->list[1].frame_count, 1);
    assert_lost(analysis->process, GT_OF_GOROUTINES, "a return address that is no Go code");
}

static void a_stack_that_the_core_lacks_ends_early(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_lose(synth, synth_g_stack(synth_go(synth, "main.work")), 1);
    const struct gt_analysis *analysis = synth_open(synth);
    assert_int_equal(analysis->goroutines->count, 2);
    assert_lost(analysis->process, GT_OF_GOROUTINES, "its stack ends early");
}

static void a_g_that_the_core_lacks_is_reported(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t g;

    do /* until a goroutine is on another page than the others */
        g = synth_g_address(synth_go(synth, "main.work"));
    while (synth_g_address(synth_main(synth)) >> 12 == g >> 12);
    synth_lose(synth, g, 1);
    const struct gt_analysis *analysis = synth_open(synth);
    assert_lost(analysis->process, GT_OF_GOROUTINES, "not in the core");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_is_read_with_its_frames, synth_end),
        cmocka_unit_test_teardown(one_that_can_run_waits_for_nothing, synth_end),
        cmocka_unit_test_teardown(the_runtimes_own_are_distinguished, synth_end),
        cmocka_unit_test_teardown(those_at_one_place_have_one_number, synth_end),
        cmocka_unit_test_teardown(equal_stacks_share_their_frames, synth_end),
        cmocka_unit_test_teardown(one_that_differs_in_a_return_address_is_walked, synth_end),
        cmocka_unit_test_teardown(a_stack_that_returns_to_no_code_ends_early, synth_end),
        cmocka_unit_test_teardown(a_stack_that_the_core_lacks_ends_early, synth_end),
        cmocka_unit_test_teardown(a_g_that_the_core_lacks_is_reported, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
