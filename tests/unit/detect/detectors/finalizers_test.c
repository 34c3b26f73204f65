/* Finalizers and cleanups that keep the object that they should clean up. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

static const struct gt_finding *found(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_FINALIZER_CYCLE);
}

static void assert_none(struct synth *synth)
{
    const struct gt_finding *finding = found(synth);

    if (finding) fail_msg("%s", finding->title);
}

static void point(struct synth *synth, uint64_t from, uint64_t to)
{
    synth_put(synth, from, to);
}

/* Two objects that point to each other. The first has a finalizer. */
static uint64_t cycle(struct synth *synth)
{
    uint64_t one = synth_object(synth, 64, "p"), other = synth_object(synth, 64, "p");

    point(synth, one, other);
    point(synth, other, one);
    synth_finalizer(synth, one, synth_func(synth, "main.free"));
    return one;
}

static void an_object_that_another_one_leads_back_to(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t one = cycle(synth);
    const struct gt_finding *finding = found(synth);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, GT_PROVEN);
    assert_int_equal(finding->bytes_freed, 128);
    assert_int_equal(finding->instances[0].cycle.object.address, one);
    assert_int_equal(finding->instances[0].cycle.mechanism, GT_MECHANISM_FINALIZER);
    assert_string_equal(finding->instances[0].cycle.function, "main.free");
    assert_int_equal(finding->instances[0].cycle.cycle_len, 2);
}

static void alike_cycles_are_one_finding(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < 4; i++)
        cycle(synth);
    assert_int_equal(found(synth)->count, 4);
}

/* func(c *conn) { log(c2) } captured the object that it finalizes. */
static void a_finalizer_that_captured_its_object(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 64, "p");

    synth_finalizer(synth, object, synth_closure(synth, "main.open.func1", object));
    assert_string_equal(found(synth)->instances[0].cycle.function, "main.open.func1");
}

static void a_cleanup_whose_argument_leads_back(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 64, "p"), argument = synth_object(synth, 32, "p");

    point(synth, argument, object);
    point(synth, object, argument);
    synth_cleanup(synth, object, synth_func(synth, "main.free"), argument);
    assert_int_equal(found(synth)->instances[0].cycle.mechanism, GT_MECHANISM_CLEANUP);
}

/* ---- what is no cycle ---------------------------------------------------------------------- */

static void an_object_without_a_way_back_is_finalized(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 64, "p");

    point(synth, object, synth_object(synth, 64, NULL));
    synth_finalizer(synth, object, synth_func(synth, "main.free"));
    assert_none(synth);
}

/* Each keeps the next one. They are finalized one after another. */
static void a_chain_of_finalizers_is_no_cycle(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t first = synth_object(synth, 64, "p"), second = synth_object(synth, 64, "p");

    point(synth, first, second);
    synth_finalizer(synth, first, synth_func(synth, "main.free"));
    synth_finalizer(synth, second, synth_func(synth, "main.free"));
    assert_none(synth);
}

/* The collector does not mark the object itself, so its pointers to itself keep nothing. */
static void an_object_that_points_into_itself_is_finalized(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 64, "p");

    point(synth, object, object + 16);
    synth_finalizer(synth, object, synth_func(synth, "main.free"));
    assert_none(synth);
}

static void a_cycle_that_a_global_reaches_is_in_use(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_global(synth, "main.conn", cycle(synth));
    assert_none(synth);
}

/* A cleanup does not keep its object, so a cycle beside it is collected. */
static void a_cleanup_keeps_no_cycle_of_its_object(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t one = synth_object(synth, 64, "p"), other = synth_object(synth, 64, "p");

    point(synth, one, other);
    point(synth, other, one);
    synth_cleanup(synth, one, synth_func(synth, "main.free"), synth_object(synth, 16, NULL));
    assert_none(synth);
}

/* Another object's finalizer keeps the cycle until it has run; the cleanup runs after that. */
static void a_cleanup_in_a_cycle_that_a_finalizer_keeps_runs_later(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t first = synth_object(synth, 48, "p");
    uint64_t one = synth_object(synth, 64, "p"), other = synth_object(synth, 64, "p");

    point(synth, first, one);
    point(synth, one, other);
    point(synth, other, one);
    synth_finalizer(synth, first, synth_func(synth, "main.free"));
    synth_cleanup(synth, one, synth_func(synth, "main.free"), synth_object(synth, 16, NULL));
    assert_none(synth);
}

/* ---- proof taken back ---------------------------------------------------------------------- */

static void another_holder_may_lie_in_a_lost_part_of_the_heap(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t other = synth_object(synth, 32, "pp");

    cycle(synth);
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 32);
    assert_int_equal(found(synth)->confidence, GT_LIKELY);
    assert_non_null(strstr(found(synth)->doubt, "parts of the heap"));
}

static void a_lost_list_of_finalizers_takes_proof_back(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, "p");

    cycle(synth);
    synth_put(synth, synth_finalizer(synth, object, synth_func(synth, "main.free")),
              0x1234567000); /* the next special */
    synth_global(synth, "main.object", object);
    assert_int_equal(found(synth)->confidence, GT_LIKELY);
    assert_non_null(strstr(found(synth)->doubt, "some finalizers or cleanups"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_object_that_another_one_leads_back_to, synth_end),
        cmocka_unit_test_teardown(alike_cycles_are_one_finding, synth_end),
        cmocka_unit_test_teardown(a_finalizer_that_captured_its_object, synth_end),
        cmocka_unit_test_teardown(a_cleanup_whose_argument_leads_back, synth_end),
        cmocka_unit_test_teardown(an_object_without_a_way_back_is_finalized, synth_end),
        cmocka_unit_test_teardown(a_chain_of_finalizers_is_no_cycle, synth_end),
        cmocka_unit_test_teardown(a_cleanup_in_a_cycle_that_a_finalizer_keeps_runs_later,
                                  synth_end),
        cmocka_unit_test_teardown(an_object_that_points_into_itself_is_finalized, synth_end),
        cmocka_unit_test_teardown(a_cycle_that_a_global_reaches_is_in_use, synth_end),
        cmocka_unit_test_teardown(a_cleanup_keeps_no_cycle_of_its_object, synth_end),
        cmocka_unit_test_teardown(another_holder_may_lie_in_a_lost_part_of_the_heap, synth_end),
        cmocka_unit_test_teardown(a_lost_list_of_finalizers_takes_proof_back, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
