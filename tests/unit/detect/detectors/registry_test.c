/* What could be looked for: "could not look for" a kind is not "not found". */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

/* The kinds in `lost` could not be looked for, those in `seen` could. GT_KINDS ends a list. */
static void assert_looked_for(struct synth *synth, const enum gt_kind *lost,
                              const enum gt_kind *seen)
{
    const struct gt_report *report = synth_report(synth);

    for (; *lost != GT_KINDS; lost++)
        if (report->looked_for[*lost]) fail_msg("%s was looked for", gt_kind_name(*lost));
    for (; *seen != GT_KINDS; seen++)
        if (!report->looked_for[*seen]) fail_msg("%s could not be looked for", gt_kind_name(*seen));
    assert_true(report->coverage.note_count > 0);
}

static void all_are_looked_for_in_a_whole_core(void **state)
{
    static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const struct gt_report *report = synth_report(synth_begin(state, versions[i]));
        for (int kind = 0; kind < GT_KINDS; kind++)
            if (!report->looked_for[kind])
                fail_msg("%s could not be looked for", gt_kind_name(kind));
        assert_int_equal(report->coverage.note_count, 0);
    }
}

static void without_a_part_of_the_heap_only_deferred_calls_are(void **state)
{
    static const enum gt_kind lost[] = {GT_SUBSTRING,      GT_SUBSLICE, GT_LOST_ELEMENTS,
                                        GT_HUNG_GOROUTINE, GT_TICKER,   GT_FINALIZER_CYCLE,
                                        GT_KINDS};
    static const enum gt_kind seen[] = {GT_DEFERRED_CALLS, GT_KINDS};
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 96, "p");

    synth_global(synth, "main.other", object);
    synth_lose(synth, object, 96);
    assert_looked_for(synth, lost, seen);
}

static void without_a_stack_no_goroutine_is_known_not_to_hang(void **state)
{
    static const enum gt_kind lost[] = {GT_HUNG_GOROUTINE, GT_DEFERRED_CALLS, GT_KINDS};
    static const enum gt_kind seen[] = {GT_SUBSTRING, GT_SUBSLICE,        GT_LOST_ELEMENTS,
                                        GT_TICKER,    GT_FINALIZER_CYCLE, GT_KINDS};
    struct synth *synth = synth_begin(state, GO);

    synth_lose(synth, synth_g_stack(synth_go(synth, "main.work")), 1);
    assert_looked_for(synth, lost, seen);
}

static void without_the_timers_no_ticker_is_looked_for(void **state)
{
    static const enum gt_kind lost[] = {GT_TICKER, GT_KINDS};
    static const enum gt_kind seen[] = {GT_SUBSTRING,      GT_SUBSLICE,        GT_LOST_ELEMENTS,
                                        GT_HUNG_GOROUTINE, GT_FINALIZER_CYCLE, GT_DEFERRED_CALLS,
                                        GT_KINDS};
    struct synth *synth = synth_begin(state, GO);

    synth_ticker(synth, 1000);
    synth_break_timers(synth);
    assert_looked_for(synth, lost, seen);
}

static void without_the_specials_no_finalizer_is_looked_for(void **state)
{
    static const enum gt_kind lost[] = {GT_FINALIZER_CYCLE, GT_KINDS};
    static const enum gt_kind seen[] = {GT_SUBSTRING,      GT_SUBSLICE, GT_LOST_ELEMENTS,
                                        GT_HUNG_GOROUTINE, GT_TICKER,   GT_DEFERRED_CALLS,
                                        GT_KINDS};
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 96, "p");

    synth_global(synth, "main.other", object);
    synth_put(synth, synth_finalizer(synth, object, synth_func(synth, "main.free")),
              0x1234567000); /* the next special */
    assert_looked_for(synth, lost, seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(all_are_looked_for_in_a_whole_core, synth_end),
        cmocka_unit_test_teardown(without_a_part_of_the_heap_only_deferred_calls_are, synth_end),
        cmocka_unit_test_teardown(without_a_stack_no_goroutine_is_known_not_to_hang, synth_end),
        cmocka_unit_test_teardown(without_the_timers_no_ticker_is_looked_for, synth_end),
        cmocka_unit_test_teardown(without_the_specials_no_finalizer_is_looked_for, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
