/* Timers in the P's heap, of both designs: which are active, and what each calls. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};

enum { VERSIONS = sizeof versions / sizeof *versions };
#define SECOND UINT64_C(1000000000)

static struct gt_timers open_timers(struct synth *synth)
{
    struct gt_analysis *analysis = synth_open(synth);
    struct gt_timers timers;

    gt_timers_init(analysis->process, analysis->goroutines, &timers);
    return timers;
}

static const struct gt_timer *timer_at(const struct gt_timers *timers, size_t index)
{
    return gt_vec_at(&timers->list, index);
}

static void each_kind_is_known_by_what_it_calls(void **state)
{
    static const enum gt_timer_kind kinds[] = {GT_TIMER_TICKER, GT_TIMER_TIMER, GT_TIMER_FUNC,
                                               GT_TIMER_OTHER};

    for (size_t i = 0; i < VERSIONS; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t ticker = synth_ticker(synth, SECOND);
        synth_after(synth);
        uint64_t closure = synth_closure(synth, "main.expire", 0);
        synth_after_func(synth, closure);
        synth_timer(synth, "runtime.goroutineReady", 0, 0);
        struct gt_timers timers = open_timers(synth);
        assert_int_equal(timers.list.len, 4);
        for (size_t j = 0; j < 4; j++)
            assert_int_equal(timer_at(&timers, j)->kind, kinds[j]);
        assert_int_equal(timer_at(&timers, 0)->period, SECOND);
        assert_int_equal(timer_at(&timers, 0)->arg, synth_timer_channel(synth, ticker));
        assert_int_equal(timer_at(&timers, 2)->arg, closure);
        gt_timers_deinit(&timers);
    }
}

static void stopped_ones_are_kept_apart(void **state)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        synth_stop_timer(synth, synth_ticker(synth, SECOND));
        synth_ticker(synth, 2 * SECOND);
        struct gt_timers timers = open_timers(synth);
        assert_int_equal(timers.list.len, 1);
        assert_int_equal(timers.stopped.len, 1);
        assert_int_equal(timer_at(&timers, 0)->period, 2 * SECOND);
        gt_timers_deinit(&timers);
    }
}

static void it_is_due_by_the_time_that_is_given(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    synth_ticker(synth, SECOND);
    struct gt_timers timers = open_timers(synth);
    const struct gt_process *process = synth_open(synth)->process;
    const struct gt_timer *timer = timer_at(&timers, 0);

    assert_int_equal(gt_timer_due(process, timer, timer->when - 5), 5);
    assert_int_equal(gt_timer_due(process, timer, timer->when + 5), 0);
    assert_int_equal(gt_timer_due(process, timer, 0), GT_UNKNOWN);
    gt_timers_deinit(&timers);
}

static void a_timer_that_the_core_lacks_is_reported(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t ticker = synth_ticker(synth, SECOND);

    synth_lose(synth, ticker, 1);
    struct gt_timers timers = open_timers(synth);
    assert_int_equal(timers.list.len, 0);
    assert_int_equal(synth_open(synth)->process->lost[GT_OF_TIMERS], 1);
    gt_timers_deinit(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_kind_is_known_by_what_it_calls, synth_end),
        cmocka_unit_test_teardown(stopped_ones_are_kept_apart, synth_end),
        cmocka_unit_test_teardown(it_is_due_by_the_time_that_is_given, synth_end),
        cmocka_unit_test_teardown(a_timer_that_the_core_lacks_is_reported, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
