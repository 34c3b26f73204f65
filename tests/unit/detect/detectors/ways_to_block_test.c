/* Every way to block: who hangs in it when nothing leads to what it waits for, and who does not. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum wait_for { NOT_GIVEN, A_CHANNEL, A_SELECT, A_LOCK, A_COROUTINE, NOTHING, A_BUBBLE, THE_WORLD };

static const struct way {
    enum wait_for wait_for;
    enum gt_thing_kind what;
    enum gt_action action;
} ways[SYNTH_WAITS] = {
    [SYNTH_SEND] = {A_CHANNEL, GT_THING_CHANNEL, GT_ACTION_SEND},
    [SYNTH_RECEIVE] = {A_CHANNEL, GT_THING_CHANNEL, GT_ACTION_RECEIVE},
    [SYNTH_SEND_NIL] = {NOTHING, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_RECEIVE_NIL] = {NOTHING, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_SELECT] = {A_SELECT, GT_THING_CHANNEL, GT_ACTION_RECEIVE},
    [SYNTH_SELECT_NONE] = {NOTHING, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_MUTEX] = {A_LOCK, GT_THING_MUTEX, GT_ACTION_LOCK},
    [SYNTH_RWMUTEX_READ] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_READ},
    [SYNTH_RWMUTEX_WRITE] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_WRITE},
    [SYNTH_RWMUTEX_AFTER_WRITER] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_LOCK},
    [SYNTH_WAIT_GROUP] = {A_LOCK, GT_THING_WAIT_GROUP, GT_ACTION_WAIT},
    [SYNTH_ONCE] = {A_LOCK, GT_THING_ONCE, GT_ACTION_LOCK},
    [SYNTH_COND] = {A_LOCK, GT_THING_CONDITION, GT_ACTION_UNKNOWN},
    [SYNTH_SEMAPHORE] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_OLD_MUTEX] = {A_LOCK, GT_THING_MUTEX, GT_ACTION_LOCK},
    [SYNTH_OLD_RWMUTEX_READ] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_READ},
    [SYNTH_OLD_RWMUTEX_WRITE] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_WRITE},
    [SYNTH_OLD_RWMUTEX_AFTER_WRITER] = {A_LOCK, GT_THING_RWMUTEX, GT_ACTION_LOCK},
    [SYNTH_OLD_WAIT_GROUP] = {A_LOCK, GT_THING_WAIT_GROUP, GT_ACTION_WAIT},
    [SYNTH_OLD_ONCE] = {A_LOCK, GT_THING_ONCE, GT_ACTION_LOCK},
    [SYNTH_CORO] = {A_COROUTINE, GT_THING_COROUTINE, GT_ACTION_UNKNOWN},
    [SYNTH_DURABLE] = {A_BUBBLE, GT_THING_CHANNEL, GT_ACTION_RECEIVE},
    [SYNTH_OLD_DURABLE] = {A_BUBBLE, GT_THING_CHANNEL, GT_ACTION_RECEIVE},
    [SYNTH_BUBBLE_RUN] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_BUBBLE_WAIT] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_SLEEP] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_IO] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_GC_WORKER] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_FINALIZER_WAIT] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_PREEMPTED] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
    [SYNTH_IN_BARRIER] = {THE_WORLD, GT_THING_NONE, GT_ACTION_UNKNOWN},
};

/* Makes a new goroutine wait. Returns what it waits for, or 0. Before 1.26 a condition is found by
 * the stack. */
static uint64_t block(struct synth *synth, enum synth_wait how)
{
    struct synth_g *g = synth_go(synth, "main.f");
    uint64_t thing = 0;

    switch (ways[how].wait_for) {
    case A_CHANNEL:
    case A_BUBBLE:
        synth_wait_channel(g, how, thing = synth_channel(synth, 0));
        break;
    case A_SELECT:
        thing = synth_channel(synth, 0);
        synth_wait_select(g, &thing, 1, false);
        break;
    case A_LOCK:
        thing = synth_object(synth, 64, ".....pp");
        synth_local(g, how == SYNTH_COND ? thing + 16 : thing);
        synth_wait_sync(g, how, thing);
        break;
    case A_COROUTINE:
        return synth_wait_coroutine(g);
    default:
        synth_wait(g, how);
    }
    return thing;
}

static const struct gt_finding *hung(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_HUNG_GOROUTINE);
}

static bool may_hang(enum synth_wait how)
{
    return ways[how].wait_for != A_BUBBLE && ways[how].wait_for != THE_WORLD;
}

static void each_way_is_here(void **state)
{
    (void)state;
    for (int how = 0; how < SYNTH_WAITS; how++)
        if (ways[how].wait_for == NOT_GIVEN) fail_msg("way %d to block has no row", how);
}

static void who_is_reached_by_nothing_hangs(void **state)
{
    for (int how = 0; how < SYNTH_WAITS; how++) {
        if (!may_hang(how)) continue;
        struct synth *synth = synth_begin(state, GO);
        uint64_t thing = block(synth, how);
        const struct gt_finding *finding = hung(synth);
        if (!finding) fail_msg("way %d: it does not hang", how);
        assert_int_equal(finding->confidence, GT_PROVEN);
        assert_int_equal(finding->instances[0].hung.blocked_count, thing != 0);
        if (!thing) continue;
        assert_int_equal(finding->instances[0].hung.blocked[0].what, ways[how].what);
        assert_int_equal(finding->instances[0].hung.blocked[0].action, ways[how].action);
        assert_int_equal(finding->instances[0].hung.blocked[0].address, thing);
    }
}

static void who_is_reached_by_a_global_does_not_hang(void **state)
{
    for (int how = 0; how < SYNTH_WAITS; how++) {
        struct synth *synth = synth_begin(state, GO);
        uint64_t thing = block(synth, how);
        if (!thing) continue;
        synth_global(synth, "main.global", thing);
        if (hung(synth)) fail_msg("way %d: %s", how, hung(synth)->title);
    }
}

static void who_waits_for_the_world_or_a_bubble_does_not_hang(void **state)
{
    for (int how = 0; how < SYNTH_WAITS; how++) {
        if (may_hang(how)) continue;
        struct synth *synth = synth_begin(state, GO);
        block(synth, how);
        if (hung(synth)) fail_msg("way %d: %s", how, hung(synth)->title);
    }
}

/* Goroutines of an old bubble and of a new one. */
static void the_wait_graph_knows_a_bubble(void **state)
{
    static const enum synth_wait rows[] = {SYNTH_DURABLE, SYNTH_OLD_DURABLE, SYNTH_BUBBLE_RUN,
                                           SYNTH_BUBBLE_WAIT};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct synth *synth = synth_begin(state, GO);
        struct gt_wait_graph *graph;
        block(synth, rows[i]);
        assert_null(gt_wait_graph_create(synth_open(synth), NULL, &graph));
        assert_int_equal(graph->outside_count, 1);
        assert_int_equal(graph->outside[0].kind, GT_OUTSIDE_BUBBLE);
        assert_int_equal(graph->waiting_count, 0);
        gt_wait_graph_destroy(graph);
    }
}

/* All channels of its select are nil. */
static void a_select_among_nothing_hangs(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait(synth_go(synth, "main.f"), SYNTH_SELECT);
    assert_int_equal(hung(synth)->instances[0].hung.blocked_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_is_here),
        cmocka_unit_test_teardown(who_is_reached_by_nothing_hangs, synth_end),
        cmocka_unit_test_teardown(who_is_reached_by_a_global_does_not_hang, synth_end),
        cmocka_unit_test_teardown(who_waits_for_the_world_or_a_bubble_does_not_hang, synth_end),
        cmocka_unit_test_teardown(the_wait_graph_knows_a_bubble, synth_end),
        cmocka_unit_test_teardown(a_select_among_nothing_hangs, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
