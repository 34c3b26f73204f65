/* What findings cost: each alone, and together, and no byte counts twice. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { KEPT = 4096 };

/* A goroutine that hangs, with this value in a variable. */
static void hang(struct synth *synth, const char *function, uint64_t value)
{
    struct synth_g *g = synth_go(synth, function);

    synth_local(g, value);
    synth_wait_channel(g, SYNTH_SEND, synth_channel(synth, 0));
}

static uint64_t sum_of(const struct gt_report *report)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < report->finding_count; i++)
        sum += report->findings[i].bytes_freed;
    return sum;
}

static void what_one_keeps_alone_is_freed_with_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    hang(synth, "main.one", synth_object(synth, KEPT, NULL));
    hang(synth, "main.two", synth_object(synth, 2 * KEPT, NULL));
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->finding_count, 2); /* the larger one first */
    assert_int_equal(report->findings[0].bytes_freed - report->findings[1].bytes_freed, KEPT);
    assert_int_equal(report->findings[0].bytes_shared, 0);
    assert_int_equal(report->leaks_total.bytes, sum_of(report));
}

static void what_two_keep_together_is_shared(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t kept = synth_object(synth, KEPT, NULL);

    hang(synth, "main.one", kept);
    hang(synth, "main.two", kept);
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->finding_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(report->findings[i].bytes_shared, KEPT);
    assert_int_equal(report->leaks_total.bytes, sum_of(report) + KEPT);
}

static void what_a_variable_keeps_too_is_no_findings(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t kept = synth_object(synth, KEPT, NULL);

    hang(synth, "main.one", kept);
    synth_global(synth, "main.cache", kept);
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->finding_count, 1);
    assert_true(report->findings[0].bytes_freed - report->findings[0].stack_bytes < KEPT);
    assert_int_equal(report->findings[0].bytes_shared, 0);
}

/* A goroutine that hangs, and a cycle that its finalizer keeps: removing one of them is not
 * enough. */
static void causes_of_two_kinds_share_what_both_keep(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t kept = synth_object(synth, 2 * KEPT, NULL);

    hang(synth, "main.one", kept);
    uint64_t one = synth_object(synth, 64, "pp"), other = synth_object(synth, 64, "pp");
    synth_put(synth, one, other);
    synth_put(synth, other, one);
    synth_put(synth, other + 8, kept);
    synth_finalizer(synth, one, synth_func(synth, "main.free"));
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(synth_finding(report, GT_HUNG_GOROUTINE)->bytes_shared, 2 * KEPT);
    assert_int_equal(synth_finding(report, GT_FINALIZER_CYCLE)->bytes_shared, 2 * KEPT);
    assert_int_equal(synth_finding(report, GT_FINALIZER_CYCLE)->bytes_freed, 128);
}

static void what_is_too_small_to_tell_is_counted(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    hang(synth, "main.one", synth_object(synth, KEPT, NULL));
    const struct gt_report *report = synth_report_from(synth, 1 << 20);
    const struct gt_smaller *smaller = &report->smaller[GT_HUNG_GOROUTINE];
    assert_int_equal(report->finding_count, 0);
    assert_int_equal(smaller->findings, 1);
    assert_int_equal(smaller->count, 1);
    assert_true(smaller->bytes >= KEPT);
}

/* A pile of deferred calls, each of which keeps so many bytes. */
static void pile_up(struct synth *synth, const char *function, uint64_t bytes)
{
    struct synth_g *g = synth_go(synth, function);

    for (int i = 0; i < 12; i++)
        synth_defer(g, synth_closure(synth, "main.free", synth_object(synth, bytes, NULL)));
}

/* What a small cause keeps is marked again, as part of the innocent heap. */
static void the_whole_leaves_out_what_is_too_small_to_tell(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    pile_up(synth, "main.large", 8 * KEPT);
    pile_up(synth, "main.small", KEPT / 4);
    const struct gt_report *report = synth_report_from(synth, 12 * 2 * KEPT);
    assert_int_equal(report->finding_count, 1);
    assert_int_equal(report->smaller[GT_DEFERRED_CALLS].findings, 1);
    assert_int_equal(report->leaks_total.bytes, report->findings[0].bytes_freed);
}

static void a_process_without_a_leak_has_no_findings(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_global(synth, "main.cache", synth_object(synth, KEPT, NULL));
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->finding_count, 0);
    assert_int_equal(report->leaks_total.bytes, 0);
    assert_int_equal(report->undecided_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_one_keeps_alone_is_freed_with_it, synth_end),
        cmocka_unit_test_teardown(what_two_keep_together_is_shared, synth_end),
        cmocka_unit_test_teardown(what_a_variable_keeps_too_is_no_findings, synth_end),
        cmocka_unit_test_teardown(causes_of_two_kinds_share_what_both_keep, synth_end),
        cmocka_unit_test_teardown(what_is_too_small_to_tell_is_counted, synth_end),
        cmocka_unit_test_teardown(the_whole_leaves_out_what_is_too_small_to_tell, synth_end),
        cmocka_unit_test_teardown(a_process_without_a_leak_has_no_findings, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
