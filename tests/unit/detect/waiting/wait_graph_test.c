/*
 * The wait graph: what could wake which goroutine, who owns which lock, and which goroutines wait
 * in a circle.
 *
 * A goroutine that has locked a mutex has its pc, in its function's code, between a call of Lock
 * and one of Unlock.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";
static const char LOCK[] = "sync.(*Mutex).Lock", UNLOCK[] = "sync.(*Mutex).Unlock";

static struct gt_wait_graph *graph_of(struct synth *synth)
{
    struct gt_wait_graph *graph = NULL;
    struct gt_error *error = gt_wait_graph_create(synth_open(synth), NULL, &graph);

    if (error) fail_msg("%s", gt_error_message(error));
    return graph;
}

/* The group of the goroutine. */
static const struct gt_waiting *waiting_of(const struct gt_wait_graph *graph, uint64_t id)
{
    for (size_t i = 0; i < graph->waiting_count; i++)
        for (size_t j = 0; j < graph->waiting[i].id_count; j++)
            if (graph->waiting[i].ids[j] == id) return &graph->waiting[i];
    fail_msg("goroutine %llu waits for nothing", (unsigned long long)id);
    return NULL;
}

/* The outlook of the only goroutine beside main. */
static void assert_outlook(struct synth *synth, uint64_t id, enum gt_outlook outlook)
{
    struct gt_wait_graph *graph = graph_of(synth);

    assert_int_equal(waiting_of(graph, id)->outlook, outlook);
    gt_wait_graph_destroy(graph);
}

/* A locked mutex of a variable. */
static uint64_t locked_mutex(struct synth *synth, const char *name)
{
    uint64_t mutex = synth_object(synth, 64, "......pp");

    synth_put(synth, mutex, 1);
    synth_global(synth, name, mutex);
    return mutex;
}

/* A goroutine that has locked one mutex and waits for another. */
static struct synth_g *transfer(struct synth *synth, uint64_t has, uint64_t wants)
{
    struct synth_g *g = synth_go(synth, "main.transfer");

    synth_code(synth, "main.transfer", LOCK, LOCK, UNLOCK);
    synth_local(g, has);
    synth_local(g, wants);
    synth_wait_sync(g, SYNTH_MUTEX, wants);
    return g;
}

/* ---- circles ------------------------------------------------------------------------------- */

static void two_that_lock_in_opposite_order_are_deadlocked(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t one = locked_mutex(synth, "main.one"), other = locked_mutex(synth, "main.other");
    uint64_t first = synth_g_id(transfer(synth, one, other));

    transfer(synth, other, one);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(graph->cycle_count, 1);
    assert_int_equal(graph->cycles[0].id_count, 2);
    assert_int_equal(graph->deadlocked, 2);
    assert_int_equal(waiting_of(graph, first)->outlook, GT_DEADLOCKED);
    gt_wait_graph_destroy(graph);
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->waits.deadlocks, 1);
    assert_int_equal(report->waits.deadlocked, 2);
}

static void one_that_waits_behind_a_circle_is_reported(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t one = locked_mutex(synth, "main.one"), other = locked_mutex(synth, "main.other");
    struct synth_g *g = synth_go(synth, "main.read");

    transfer(synth, one, other);
    transfer(synth, other, one);
    synth_local(g, one);
    synth_wait_sync(g, SYNTH_MUTEX, one);
    assert_int_equal(synth_report(synth)->waits.behind, 1);
}

static void locks_in_one_order_make_no_circle(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t one = locked_mutex(synth, "main.one"), other = locked_mutex(synth, "main.other");
    struct synth_g *holder = synth_go(synth, "main.hold");

    transfer(synth, one, other);
    synth_code(synth, "main.hold", LOCK, NULL, UNLOCK);
    synth_local(holder, other);
    synth_wait(holder, SYNTH_SLEEP);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(graph->cycle_count, 0);
    assert_int_equal(graph->deadlocked, 0);
    gt_wait_graph_destroy(graph);
}

/* ---- owners of a lock ---------------------------------------------------------------------- */

static void who_stands_behind_lock_holds_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t mutex = locked_mutex(synth, "main.mu");
    struct synth_g *holder = synth_go(synth, "main.hold"), *g = synth_go(synth, "main.wait");

    synth_code(synth, "main.hold", LOCK, NULL, UNLOCK);
    synth_local(holder, mutex);
    synth_wait(holder, SYNTH_SLEEP);
    synth_wait_sync(g, SYNTH_MUTEX, mutex);
    struct gt_wait_graph *graph = graph_of(synth);
    const struct gt_waiting *waiting = waiting_of(graph, synth_g_id(g));
    assert_int_equal(waiting->lock_state, GT_LOCK_HELD);
    assert_int_equal(waiting->owner_count, 1);
    assert_int_equal(waiting->owners[0].goroutine, synth_g_id(holder));
    assert_int_equal(waiting->owners[0].how, GT_EVIDENCE_LOCK);
    gt_wait_graph_destroy(graph);
}

static void who_deferred_unlock_holds_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t mutex = locked_mutex(synth, "main.mu");
    struct synth_g *holder = synth_go(synth, "main.hold"), *g = synth_go(synth, "main.wait");

    synth_defer(holder, synth_closure(synth, "main.hold.func1", mutex));
    synth_code(synth, "main.hold.func1", NULL, UNLOCK, NULL);
    synth_wait(holder, SYNTH_SLEEP);
    synth_wait_sync(g, SYNTH_MUTEX, mutex);
    struct gt_wait_graph *graph = graph_of(synth);
    const struct gt_waiting *waiting = waiting_of(graph, synth_g_id(g));
    assert_int_equal(waiting->owner_count, 1);
    assert_int_equal(waiting->owners[0].goroutine, synth_g_id(holder));
    assert_int_equal(waiting->owners[0].how, GT_EVIDENCE_DEFERRED);
    gt_wait_graph_destroy(graph);
}

/* The goroutine that locked it has returned. */
static void a_lock_that_nobody_holds_was_left(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.wait");

    synth_wait_sync(g, SYNTH_MUTEX, locked_mutex(synth, "main.mu"));
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(waiting_of(graph, synth_g_id(g))->lock_state, GT_LOCK_LEFT);
    assert_int_equal(graph->locks_left, 1);
    gt_wait_graph_destroy(graph);
    assert_int_equal(synth_report(synth)->waits.locks_left, 1);
}

static void a_lock_that_is_free_wakes_its_waiter_next(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.wait");
    uint64_t mutex = locked_mutex(synth, "main.mu");

    synth_put(synth, mutex, 0);
    synth_wait_sync(g, SYNTH_MUTEX, mutex);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(waiting_of(graph, synth_g_id(g))->lock_state, GT_LOCK_FREE);
    assert_int_equal(graph->locks_left, 0);
    gt_wait_graph_destroy(graph);
}

/* ---- what could wake it --------------------------------------------------------------------- */

static void whoever_reaches_the_channel_is_a_waker(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel = synth_channel(synth, 0);
    struct synth_g *g = synth_go(synth, "main.consume"), *other = synth_go(synth, "main.produce");

    synth_wait_channel(g, SYNTH_RECEIVE, channel);
    synth_local(other, channel);
    synth_wait(other, SYNTH_SLEEP);
    struct gt_wait_graph *graph = graph_of(synth);
    const struct gt_waiting *waiting = waiting_of(graph, synth_g_id(g));
    assert_int_equal(waiting->outlook, GT_MAY_GO_ON);
    assert_int_equal(waiting->waker_count, 1);
    assert_int_equal(waiting->wakers[0].kind, GT_WAKER_GOROUTINE);
    assert_int_equal(waiting->wakers[0].goroutine, synth_g_id(other));
    gt_wait_graph_destroy(graph);
}

static void a_variable_that_leads_to_the_channel_is_a_waker(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel = synth_channel(synth, 0);
    struct synth_g *g = synth_go(synth, "main.consume");

    synth_wait_channel(g, SYNTH_RECEIVE, channel);
    synth_global(synth, "main.queue", channel);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(waiting_of(graph, synth_g_id(g))->wakers[0].kind, GT_WAKER_GLOBAL);
    gt_wait_graph_destroy(graph);
}

static void who_nobody_wakes_hangs(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.consume");

    synth_wait_channel(g, SYNTH_RECEIVE, synth_channel(synth, 0));
    assert_outlook(synth, synth_g_id(g), GT_HANGS);
}

static void main_that_nobody_wakes_waits_on_purpose(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait_channel(synth_main(synth), SYNTH_RECEIVE, synth_channel(synth, 0));
    assert_outlook(synth, 1, GT_MAIN_WAITS);
}

static void what_the_world_wakes_is_distinguished(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait(synth_go(synth, "main.poll"), SYNTH_SLEEP);
    synth_wait(synth_go(synth, "main.read"), SYNTH_IO);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(graph->waiting_count, 0);
    assert_int_equal(graph->outside_count, 2);
    assert_true(graph->whole);
    gt_wait_graph_destroy(graph);
}

/* ---- what comes from outside --------------------------------------------------------------- */

/* The only group that does not wait for other goroutines. */
static const struct gt_outside_wait *outside_of(const struct gt_wait_graph *graph,
                                                enum gt_outside_kind kind)
{
    assert_int_equal(graph->outside_count, 1);
    assert_int_equal(graph->outside[0].kind, kind);
    assert_int_equal(graph->outside[0].wait_count, 1);
    return graph->outside[0].waits;
}

static void a_sleep_ends_when_its_timer_is_due(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait_sleep(synth_go(synth, "main.poll"));
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(outside_of(graph, GT_OUTSIDE_SLEEP)->due_in_ns, INT64_C(600000000000));
    gt_wait_graph_destroy(graph);
}

static void a_wait_for_io_knows_its_file(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait_io(synth_go(synth, "main.read"), 7);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_int_equal(outside_of(graph, GT_OUTSIDE_IO)->fd, 7);
    assert_int_equal(outside_of(graph, GT_OUTSIDE_IO)->action, GT_ACTION_READ);
    gt_wait_graph_destroy(graph);
}

/* Even if nothing else reaches it, the bubble's clock may end the wait. */
static void a_durable_wait_is_its_bubbles_to_end(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.test");
    uint64_t channel = synth_channel(synth, 0);

    synth_enter_bubble(g, synth_bubble(synth, 5));
    synth_wait_channel(g, SYNTH_DURABLE, channel);
    struct gt_wait_graph *graph = graph_of(synth);
    const struct gt_outside_wait *wait = outside_of(graph, GT_OUTSIDE_BUBBLE);
    assert_true(wait->in_bubble);
    assert_int_equal(graph->outside[0].bubble, 5);
    assert_int_equal(wait->blocked_count, 1);
    assert_int_equal(wait->blocked[0].address, channel);
    assert_int_equal(graph->hanging, 0);
    gt_wait_graph_destroy(graph);
    assert_null(synth_finding(synth_report(synth), GT_HUNG_GOROUTINE));
}

static void a_part_that_is_lost_takes_proof_back(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t other = synth_object(synth, 128, "pp");

    synth_wait_channel(synth_go(synth, "main.consume"), SYNTH_RECEIVE, synth_channel(synth, 0));
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 128);
    struct gt_wait_graph *graph = graph_of(synth);
    assert_false(graph->whole);
    assert_true(graph->note_count > 0);
    gt_wait_graph_destroy(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(two_that_lock_in_opposite_order_are_deadlocked, synth_end),
        cmocka_unit_test_teardown(one_that_waits_behind_a_circle_is_reported, synth_end),
        cmocka_unit_test_teardown(locks_in_one_order_make_no_circle, synth_end),
        cmocka_unit_test_teardown(who_stands_behind_lock_holds_it, synth_end),
        cmocka_unit_test_teardown(who_deferred_unlock_holds_it, synth_end),
        cmocka_unit_test_teardown(a_lock_that_nobody_holds_was_left, synth_end),
        cmocka_unit_test_teardown(a_lock_that_is_free_wakes_its_waiter_next, synth_end),
        cmocka_unit_test_teardown(whoever_reaches_the_channel_is_a_waker, synth_end),
        cmocka_unit_test_teardown(a_variable_that_leads_to_the_channel_is_a_waker, synth_end),
        cmocka_unit_test_teardown(who_nobody_wakes_hangs, synth_end),
        cmocka_unit_test_teardown(main_that_nobody_wakes_waits_on_purpose, synth_end),
        cmocka_unit_test_teardown(what_the_world_wakes_is_distinguished, synth_end),
        cmocka_unit_test_teardown(a_sleep_ends_when_its_timer_is_due, synth_end),
        cmocka_unit_test_teardown(a_wait_for_io_knows_its_file, synth_end),
        cmocka_unit_test_teardown(a_durable_wait_is_its_bubbles_to_end, synth_end),
        cmocka_unit_test_teardown(a_part_that_is_lost_takes_proof_back, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
