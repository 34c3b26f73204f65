/* Deferred calls that pile up, and those that do not. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};

static const struct gt_finding *found(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_DEFERRED_CALLS);
}

/* main.serve defers in a loop; each call keeps 1 KiB. */
static struct synth_g *server(struct synth *synth, int calls)
{
    struct synth_g *g = synth_go(synth, "main.serve");

    for (int i = 0; i < calls; i++)
        synth_defer(g, synth_closure(synth, "main.serve.func1", synth_object(synth, 1024, NULL)));
    return g;
}

static void a_defer_in_a_loop_piles_up(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        struct synth_g *g = server(synth, 12);
        const struct gt_finding *finding = found(synth);
        assert_non_null(finding);
        assert_int_equal(finding->confidence, GT_PROVEN);
        assert_int_equal(finding->count, 12);
        assert_true(finding->bytes_freed >= 12 * 1024);
        assert_int_equal(finding->instances[0].deferred.goroutine, synth_g_id(g));
        assert_string_equal(finding->instances[0].deferred.deferred_function, "main.serve.func1");
        assert_string_equal(finding->instances[0].deferred.site.function, "main.serve");
    }
}

static void eight_calls_prove_no_loop(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");

    server(synth, 8);
    assert_null(found(synth));
}

/* What the calls keep counts only if nothing else keeps it. */
static void what_a_global_keeps_is_not_the_calls(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t shared = synth_object(synth, 4096, NULL);
    struct synth_g *g = synth_go(synth, "main.serve");

    for (int i = 0; i < 12; i++)
        synth_defer(g, synth_closure(synth, "main.serve.func1", shared));
    synth_global(synth, "main.shared", shared);
    assert_in_range(found(synth)->bytes_freed, 12 * (16 + 48), 4095);
}

static void goroutines_pile_up_each_for_itself(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");

    server(synth, 7);
    server(synth, 7);
    assert_null(found(synth));
}

/* One change fixes its loop, for all goroutines that run it. */
static void goroutines_of_one_function_are_one_cause(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct synth_g *less = server(synth, 12), *more = server(synth, 20);
    const struct gt_report *report = synth_report(synth);
    const struct gt_finding *finding = synth_finding(report, GT_DEFERRED_CALLS);

    assert_int_equal(report->finding_count, 1);
    assert_int_equal(finding->count, 32);
    assert_int_equal(finding->instance_count, 2);
    assert_int_equal(finding->instances[0].deferred.goroutine, synth_g_id(more));
    assert_int_equal(finding->instances[1].deferred.goroutine, synth_g_id(less));
    assert_true(finding->bytes_freed >= 32 * 1024);
    assert_non_null(strstr(finding->title, "2 goroutines in main.serve"));
}

/* t := time.NewTicker(d); defer t.Stop(), in a loop: the defer is the only cause. */
static void tickers_that_only_the_calls_could_stop_are_theirs(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    struct synth_g *g = synth_go(synth, "main.serve");

    for (int i = 0; i < 12; i++)
        synth_defer(g, synth_closure(synth, "time.(*Ticker).Stop-fm", synth_ticker(synth, 1000)));
    const struct gt_report *report = synth_report(synth);
    assert_null(synth_finding(report, GT_TICKER));
    const struct gt_finding *finding = synth_finding(report, GT_DEFERRED_CALLS);
    assert_int_equal(finding->count, 12);
    assert_int_equal(finding->bytes_shared, 0);
    assert_true(finding->bytes_freed >= 12 * (48 + 16 + 80 + 96)); /* from the record to the channel
                                                                    */
}

static void a_list_that_is_a_loop_is_no_proof(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct synth_g *g = synth_go(synth, "main.serve");
    uint64_t first = synth_defer(g, synth_func(synth, "main.close"));

    for (int i = 0; i < 12; i++)
        synth_defer(g, synth_func(synth, "main.close"));
    synth_link_defer(synth, first, first);
    const struct gt_report *report = synth_report(synth);
    assert_null(synth_finding(report, GT_DEFERRED_CALLS));
    assert_false(report->looked_for[GT_DEFERRED_CALLS]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_defer_in_a_loop_piles_up, synth_end),
        cmocka_unit_test_teardown(eight_calls_prove_no_loop, synth_end),
        cmocka_unit_test_teardown(what_a_global_keeps_is_not_the_calls, synth_end),
        cmocka_unit_test_teardown(goroutines_pile_up_each_for_itself, synth_end),
        cmocka_unit_test_teardown(goroutines_of_one_function_are_one_cause, synth_end),
        cmocka_unit_test_teardown(tickers_that_only_the_calls_could_stop_are_theirs, synth_end),
        cmocka_unit_test_teardown(a_list_that_is_a_loop_is_no_proof, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
