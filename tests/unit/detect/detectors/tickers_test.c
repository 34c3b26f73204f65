/* Tickers and timers that nobody stopped, and those that are still used. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static void assert_none(struct synth *synth)
{
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_TICKER);

    if (finding) fail_msg("%s", finding->title);
}

static const struct gt_finding *assert_found(struct synth *synth, enum gt_confidence confidence)
{
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_TICKER);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, confidence);
    return finding;
}

/* ---- tickers ------------------------------------------------------------------------------- */

static void a_ticker_that_only_the_timer_heap_reaches(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    uint64_t ticker = synth_ticker(synth, SECOND);
    const struct gt_finding *finding = assert_found(synth, GT_PROVEN);
    const struct gt_instance *instance = finding->instances;

    assert_int_equal(finding->count, 1);
    assert_int_equal(instance->ticker.what, GT_TICKER_PERIODIC);
    assert_int_equal(instance->ticker.period_ns, SECOND);
    assert_false(instance->ticker.referenced);
    assert_in_range(instance->ticker.timer, ticker, ticker + 16);
}

static void tickers_of_all_periods_are_one_finding(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    for (uint64_t i = 1; i <= 5; i++)
        synth_ticker(synth, i * SECOND);
    assert_int_equal(assert_found(synth, GT_PROVEN)->count, 5);
}

/* A setting keeps the old timers in a program of a new Go. */
static void a_setting_brings_old_tickers_back(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");

    synth_build_with(synth, "asynctimerchan=1");
    synth_ticker(synth, SECOND);
    assert_found(synth, GT_PROVEN);
}

static void its_owner_reaches_the_ticker(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    synth_global(synth, "main.ticker", synth_ticker(synth, SECOND));
    assert_none(synth);
}

/* time.Tick returns only the channel. */
static void a_goroutine_that_runs_reaches_the_channel(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    uint64_t ticker = synth_ticker(synth, SECOND);

    synth_local(synth_main(synth), synth_timer_channel(synth, ticker));
    assert_none(synth);
}

/* Goroutines that only wake at the ticks of their own ticker, and do nothing else. */
static void watchers(struct synth *synth, int count)
{
    for (int i = 0; i < count; i++) {
        struct synth_g *g = synth_go(synth, "main.watch");
        uint64_t channel = synth_timer_channel(synth, synth_ticker(synth, SECOND));
        synth_local(g, channel);
        synth_local(g, synth_object(synth, 4096, NULL));
        synth_wait_channel(g, SYNTH_RECEIVE, channel);
    }
}

static void many_that_only_their_tickers_wake_are_suspects(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    watchers(synth, 12);
    const struct gt_finding *finding = assert_found(synth, GT_SUSPECT);
    assert_int_equal(finding->count, 12);
    assert_true(finding->bytes_freed >= 12 * 4096);
}

static void a_few_that_only_their_tickers_wake_are_a_programs_own(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    watchers(synth, 9);
    assert_none(synth);
}

static void a_stopped_ticker_is_none(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    synth_stop_timer(synth, synth_ticker(synth, SECOND));
    assert_none(synth);
}

static void proof_is_taken_back_where_the_heap_is_not_whole(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    uint64_t other = synth_object(synth, 64, "pp");

    synth_ticker(synth, SECOND);
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 64);
    assert_non_null(strstr(assert_found(synth, GT_LIKELY)->doubt, "parts of the heap"));
}

/* ---- one-shots ----------------------------------------------------------------------------- */

static void a_timer_that_nobody_waits_for_is_a_suspect(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");

    synth_after(synth);
    assert_int_equal(assert_found(synth, GT_SUSPECT)->instances[0].ticker.what, GT_TICKER_TIMER);
}

/* A select with time.After has another case, and the timer's channel is one of its variables. */
static void a_timer_that_a_select_waits_for_is_in_use(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    struct synth_g *g = synth_go(synth, "main.poll");
    uint64_t channels[] = {synth_timer_channel(synth, synth_after(synth)), synth_channel(synth, 0)};

    synth_global(synth, "main.events", channels[1]);
    synth_wait_select(g, channels, 2, false);
    assert_none(synth);
}

static void a_function_that_keeps_much_is_a_suspect(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t kept = synth_object(synth, 8192, NULL);

    synth_after_func(synth, synth_closure(synth, "main.expire.func1", kept));
    const struct gt_finding *finding = assert_found(synth, GT_SUSPECT);
    assert_int_equal(finding->instances[0].ticker.what, GT_TICKER_FUNC);
    assert_string_equal(finding->instances[0].ticker.callback, "main.expire.func1");
    assert_true(finding->bytes_freed >= 8192);
}

static void its_owner_may_stop_the_function(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t closure = synth_closure(synth, "main.expire.func1", synth_object(synth, 8192, NULL));

    synth_global(synth, "main.timer", synth_after_func(synth, closure));
    assert_none(synth);
}

/* An entry of a cache that expires: the function works on what others reach. */
static void a_function_for_what_others_reach_is_in_use(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t cache = synth_object(synth, 64, "pp");

    synth_global(synth, "main.cache", cache);
    synth_after_func(synth, synth_closure(synth, "main.expire.func1", cache));
    assert_none(synth);
}

/* The timers of sleeping goroutines and of the poller belong to the runtime. */
static void the_runtimes_timers_are_never_reported(void **state)
{
    static const char *const callbacks[] = {"runtime.goroutineReady", "runtime.netpollDeadline"};

    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        synth_timer(synth, callbacks[i], synth_object(synth, 8192, NULL), 0);
        assert_none(synth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_ticker_that_only_the_timer_heap_reaches, synth_end),
        cmocka_unit_test_teardown(tickers_of_all_periods_are_one_finding, synth_end),
        cmocka_unit_test_teardown(a_setting_brings_old_tickers_back, synth_end),
        cmocka_unit_test_teardown(its_owner_reaches_the_ticker, synth_end),
        cmocka_unit_test_teardown(a_goroutine_that_runs_reaches_the_channel, synth_end),
        cmocka_unit_test_teardown(many_that_only_their_tickers_wake_are_suspects, synth_end),
        cmocka_unit_test_teardown(a_few_that_only_their_tickers_wake_are_a_programs_own, synth_end),
        cmocka_unit_test_teardown(a_stopped_ticker_is_none, synth_end),
        cmocka_unit_test_teardown(proof_is_taken_back_where_the_heap_is_not_whole, synth_end),
        cmocka_unit_test_teardown(a_timer_that_nobody_waits_for_is_a_suspect, synth_end),
        cmocka_unit_test_teardown(a_timer_that_a_select_waits_for_is_in_use, synth_end),
        cmocka_unit_test_teardown(a_function_that_keeps_much_is_a_suspect, synth_end),
        cmocka_unit_test_teardown(its_owner_may_stop_the_function, synth_end),
        cmocka_unit_test_teardown(a_function_for_what_others_reach_is_in_use, synth_end),
        cmocka_unit_test_teardown(the_runtimes_timers_are_never_reported, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
