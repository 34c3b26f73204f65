/* The check: gotopsy's live set against the collector's marks. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

static struct gt_check *check(struct synth *synth)
{
    struct gt_check *made = NULL;
    struct gt_error *error = gt_check_create(synth_open(synth), NULL, &made);

    if (error) fail_msg("%s", gt_error_message(error));
    return made;
}

/* A process with each kind of root. */
static void every_kind_of_root_is_the_collectors_too(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        struct synth_g *g = synth_go(synth, "main.work");
        synth_global(synth, "main.cache", synth_object(synth, 32, NULL));
        synth_local(g, synth_object(synth, 48, NULL));
        synth_defer(g, synth_closure(synth, "main.work.func1", synth_object(synth, 64, NULL)));
        synth_wait_channel(g, SYNTH_SEND, synth_channel(synth, 0));
        synth_ticker(synth, 1000);
        struct gt_check *made = check(synth);
        assert_int_equal(made->verdict, GT_EXACT);
        assert_int_equal(made->only_gc.objects, 0);
        assert_int_equal(made->only_own.objects, 0);
        assert_true(made->gc_objects > 10);
        gt_check_destroy(made);
    }
}

/* It was reachable when the collector marked; now it is garbage. */
static void what_was_dropped_since_the_mark_is_the_collectors_alone(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_object(synth, 96, NULL);
    struct gt_check *made = check(synth);
    assert_int_equal(made->only_gc.objects, 1);
    assert_int_equal(made->only_gc.bytes, 96);
    gt_check_destroy(made);
}

static void what_was_allocated_since_has_no_verdict(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t fresh = synth_object(synth, 96, NULL);

    synth_never_marked(synth, fresh);
    synth_global(synth, "main.fresh", fresh);
    struct gt_check *made = check(synth);
    assert_int_equal(made->unjudged_objects, 1);
    assert_int_equal(made->verdict, GT_EXACT);
    gt_check_destroy(made);
}

/* One object that is like no other, where so many were allocated since. */
static enum gt_verdict of_one_left_over(void **state, int allocated)
{
    struct synth *synth = synth_begin(state, GO);

    synth_object(synth, 96, NULL);
    for (int i = 0; i < allocated; i++)
        synth_never_marked(synth, synth_object(synth, 48, NULL));
    struct gt_check *made = check(synth);
    enum gt_verdict verdict = made->verdict;
    assert_int_equal(made->only_gc.objects, 1);
    assert_false(made->only_gc.labels[0].explains);
    assert_true((made->uncertain_objects > 0) == (verdict == GT_UNCERTAIN));
    gt_check_destroy(made);
    synth_end(state);
    return verdict;
}

/* A program that has worked since may have dropped an object that is like no other. */
static void an_object_left_over_is_uncertain_where_anything_was_allocated(void **state)
{
    assert_int_equal(of_one_left_over(state, 1), GT_UNCERTAIN);
    assert_int_equal(of_one_left_over(state, 0), GT_DIFFERS);
}

/* What led to it may be among what is damaged. */
static void it_differs_where_the_core_contradicts_itself(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_object(synth, 96, NULL);
    synth_never_marked(synth, synth_object(synth, 48, NULL));
    struct gt_analysis *analysis = synth_open(synth);
    gt_contradict(&analysis->process->contradictions, GT_CONTRADICTION_OBJECT_TYPES, 1, 0);
    struct gt_check *made = check(synth);
    assert_int_equal(made->verdict, GT_DIFFERS);
    assert_int_equal(made->only_gc.labels[0].reason, GT_REASON_DAMAGED);
    gt_check_destroy(made);
}

/* The program overwrote the pointer to it while the collector marked. What it leads to is explained
 * by its word. */
static void a_write_barrier_is_evidence_with_its_address(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 96, "p"), target = synth_object(synth, 128, NULL);
    uint64_t buffer = synth->p + gt_off(&synth->layout, GT_F_p_barrier_buf);

    synth_put(synth, object, target);
    synth_put(synth, buffer + 16, object + 8);
    synth_set(synth, synth->p, GT_F_p_barrier_end, buffer + 32);
    synth_never_marked(synth, synth_object(synth, 48, NULL));
    struct gt_check *made = check(synth);
    assert_int_equal(made->verdict, GT_EXPLAINED);
    assert_int_equal(made->only_gc.label_count, 1);
    const struct gt_check_label *label = &made->only_gc.labels[0];
    assert_int_equal(label->reason, GT_REASON_BARRIER);
    assert_true(label->explains && !label->uncertain && label->example_count == 2);
    for (size_t i = 0; i < label->example_count; i++) {
        const struct gt_check_example *example = &label->examples[i];
        bool first = example->address == object;
        assert_int_equal(example->evidence, first ? buffer + 16 : object);
        assert_true(first || (example->address == target && example->holder == object));
    }
    gt_check_destroy(made);
}

static struct gt_report *report_of_one_left_over(void **state, int allocated)
{
    struct synth *synth = synth_begin(state, GO);
    struct gt_report *report = NULL;

    synth_object(synth, 96, NULL);
    for (int i = 0; i < allocated; i++)
        synth_never_marked(synth, synth_object(synth, 48, NULL));
    struct gt_error *error = gt_report_create(synth_open(synth), NULL, &report);
    if (error) fail_msg("%s", gt_error_message(error));
    return report;
}

static bool notes_say(const struct gt_report *report, const char *text)
{
    for (size_t i = 0; i < report->coverage.note_count; i++)
        if (strstr(report->coverage.notes[i], text)) return true;
    return false;
}

/* A contradiction would take every proof back. */
static void an_uncertain_check_is_a_note_and_no_contradiction(void **state)
{
    struct gt_report *report = report_of_one_left_over(state, 1);

    assert_int_equal(report->coverage.contradiction_count, 0);
    assert_true(notes_say(report, "it marked 1 object that nothing in the core leads to"));
    gt_report_destroy(report);
    synth_end(state);
    report = report_of_one_left_over(state, 0);
    assert_int_equal(report->coverage.contradiction_count, 1);
    gt_report_destroy(report);
}

/* The target of the lost object looks unreachable. */
static void a_difference_says_nothing_where_the_heap_is_not_whole(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 96, "p");

    synth_put(synth, object, synth_object(synth, 128, NULL));
    synth_global(synth, "main.other", object);
    synth_lose(synth, object, 96);
    struct gt_check *made = check(synth);
    assert_int_equal(made->verdict, GT_NOT_COMPARABLE);
    assert_int_equal(made->obstacle, GT_CHECK_LACKS);
    assert_non_null(made->lacks);
    gt_check_destroy(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_kind_of_root_is_the_collectors_too, synth_end),
        cmocka_unit_test_teardown(what_was_dropped_since_the_mark_is_the_collectors_alone,
                                  synth_end),
        cmocka_unit_test_teardown(what_was_allocated_since_has_no_verdict, synth_end),
        cmocka_unit_test(an_object_left_over_is_uncertain_where_anything_was_allocated),
        cmocka_unit_test_teardown(it_differs_where_the_core_contradicts_itself, synth_end),
        cmocka_unit_test_teardown(a_write_barrier_is_evidence_with_its_address, synth_end),
        cmocka_unit_test_teardown(an_uncertain_check_is_a_note_and_no_contradiction, synth_end),
        cmocka_unit_test_teardown(a_difference_says_nothing_where_the_heap_is_not_whole, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
