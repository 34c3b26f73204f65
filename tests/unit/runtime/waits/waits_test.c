/* What each kind of wait is for: the object, where it begins, and what the goroutine waits to
 * do. */
#include "inspector/api/analysis.h"
#include "inspector/runtime/waits/blocked.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};

enum { VERSIONS = sizeof versions / sizeof *versions };

/* The wait of the goroutine with the highest number. */
static struct gt_wait wait_of_last(struct synth *synth, struct gt_waits *waits)
{
    struct gt_analysis *analysis = synth_open(synth);
    const struct gt_goroutines *all = analysis->goroutines;
    struct gt_wait wait;

    gt_waits_init(waits, analysis->process, all);
    gt_waits_find(waits, &all->list[all->count - 1], &wait);
    return wait;
}

static void assert_blocked(struct synth *synth, enum gt_thing_kind what, enum gt_action action,
                           uint64_t thing)
{
    struct gt_waits waits;
    struct gt_wait wait = wait_of_last(synth, &waits);
    const struct gt_goroutines *all = waits.goroutines;

    assert_int_equal(wait.objects.len, 1);
    struct gt_blocked blocked = gt_blocked_on(&waits, &all->list[all->count - 1], &wait, 0);
    assert_int_equal(blocked.what, what);
    assert_int_equal(blocked.action, action);
    assert_int_equal(blocked.address, thing);
    gt_waits_deinit(&waits);
}

static void assert_kind(struct synth *synth, enum gt_wait_kind kind)
{
    struct gt_waits waits;
    struct gt_wait wait = wait_of_last(synth, &waits);

    assert_int_equal(wait.kind, kind);
    gt_waits_deinit(&waits);
}

static void a_channel_is_known_by_the_queue(void **state)
{
    static const struct {
        enum synth_wait how;
        enum gt_action action;
    } rows[] = {{SYNTH_SEND, GT_ACTION_SEND}, {SYNTH_RECEIVE, GT_ACTION_RECEIVE}};

    for (size_t i = 0; i < 2 * VERSIONS; i++) {
        struct synth *synth = synth_begin(state, versions[i / 2]);
        uint64_t channel = synth_channel(synth, 0);
        synth_wait_channel(synth_go(synth, "main.f"), rows[i % 2].how, channel);
        assert_blocked(synth, GT_THING_CHANNEL, rows[i % 2].action, channel);
    }
}

static void a_select_waits_for_all_its_channels(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 4)};
    struct gt_waits waits;

    synth_wait_select(synth_go(synth, "main.f"), channels, 2, false);
    struct gt_wait wait = wait_of_last(synth, &waits);
    assert_int_equal(wait.kind, GT_WAIT_CHANNEL);
    assert_int_equal(wait.objects.len, 2);
    assert_int_equal(wait.objects.at[0], channels[0]);
    assert_int_equal(wait.objects.at[1], channels[1]);
    gt_waits_deinit(&waits);
}

/* If some goroutines send on a channel and others receive, its queues decide which end it is. */
static void a_select_among_senders_and_receivers_knows_its_end(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t channel = synth_channel(synth, 0);

    synth_wait_channel(synth_go(synth, "main.f"), SYNTH_SEND, channel);
    synth_wait_select(synth_go(synth, "main.g"), &channel, 1, false);
    assert_blocked(synth, GT_THING_CHANNEL, GT_ACTION_RECEIVE, channel);
}

static void a_thing_of_sync_is_known_by_its_frames(void **state)
{
    static const struct {
        enum synth_wait how;
        enum gt_thing_kind what;
        enum gt_action action;
    } rows[] = {
        {SYNTH_MUTEX, GT_THING_MUTEX, GT_ACTION_LOCK},
        {SYNTH_RWMUTEX_READ, GT_THING_RWMUTEX, GT_ACTION_READ},
        {SYNTH_RWMUTEX_WRITE, GT_THING_RWMUTEX, GT_ACTION_WRITE},
        {SYNTH_RWMUTEX_AFTER_WRITER, GT_THING_RWMUTEX, GT_ACTION_LOCK},
        {SYNTH_WAIT_GROUP, GT_THING_WAIT_GROUP, GT_ACTION_WAIT},
        {SYNTH_ONCE, GT_THING_ONCE, GT_ACTION_LOCK},
        {SYNTH_OLD_MUTEX, GT_THING_MUTEX, GT_ACTION_LOCK},
        {SYNTH_OLD_RWMUTEX_READ, GT_THING_RWMUTEX, GT_ACTION_READ},
        {SYNTH_OLD_RWMUTEX_WRITE, GT_THING_RWMUTEX, GT_ACTION_WRITE},
        {SYNTH_OLD_RWMUTEX_AFTER_WRITER, GT_THING_RWMUTEX, GT_ACTION_LOCK},
        {SYNTH_OLD_WAIT_GROUP, GT_THING_WAIT_GROUP, GT_ACTION_WAIT},
        {SYNTH_OLD_ONCE, GT_THING_ONCE, GT_ACTION_LOCK},
        {SYNTH_COND, GT_THING_CONDITION, GT_ACTION_UNKNOWN},
    };
    enum { ROWS = sizeof rows / sizeof *rows };

    for (size_t i = 0; i < ROWS * VERSIONS; i++) {
        struct synth *synth = synth_begin(state, versions[i / ROWS]);
        uint64_t thing = synth_object(synth, 64, ".....pp");
        struct synth_g *g = synth_go(synth, "main.f");
        synth_local(g, thing + 16); /* before 1.26 a condition is found by the stack */
        synth_wait_sync(g, rows[i % ROWS].how, thing);
        assert_blocked(synth, rows[i % ROWS].what, rows[i % ROWS].action, thing);
    }
}

/* Its stack is not in the core, so only the wait reason says what it waits for. */
static void without_a_stack_the_wait_reason_decides(void **state)
{
    static const struct {
        enum synth_wait how;
        enum gt_thing_kind what;
        enum gt_action action;
    } rows[] = {
        {SYNTH_MUTEX, GT_THING_MUTEX, GT_ACTION_LOCK},
        {SYNTH_RWMUTEX_READ, GT_THING_RWMUTEX, GT_ACTION_READ},
        {SYNTH_RWMUTEX_WRITE, GT_THING_RWMUTEX, GT_ACTION_WRITE},
        {SYNTH_WAIT_GROUP, GT_THING_WAIT_GROUP, GT_ACTION_WAIT},
        {SYNTH_COND, GT_THING_CONDITION, GT_ACTION_UNKNOWN},
        {SYNTH_OLD_MUTEX, GT_THING_NONE, GT_ACTION_UNKNOWN}, /* "semacquire" is anything */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t thing = synth_object(synth, 64, ".....pp");
        struct synth_g *g = synth_go(synth, "main.f");
        synth_wait_sync(g, rows[i].how, thing);
        synth_lose(synth, synth_g_stack(g), 1);
        if (rows[i].what)
            assert_blocked(synth, rows[i].what, rows[i].action, thing);
        else
            assert_kind(synth, GT_WAIT_OTHER);
    }
}

static void a_coroutine_is_known_by_the_stack(void **state)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t coro = synth_wait_coroutine(synth_go(synth, "main.each"));
        assert_blocked(synth, GT_THING_COROUTINE, GT_ACTION_UNKNOWN, coro);
    }
}

/* One bucket of the table has waiters for two mutexes, several for each. */
static void waiters_in_one_bucket_are_distinguished(void **state)
{
    struct synth *synth = synth_begin(state, "go1.22.12");
    uint64_t many = synth_object(synth, 16 * 251, NULL), one = synth_object(synth, 8, NULL);
    uint64_t other = many;

    while ((other + 4) / 8 % 251 != (one + 4) / 8 % 251)
        other += 8;
    for (int i = 0; i < 3; i++)
        synth_wait_sync(synth_go(synth, "main.f"), SYNTH_MUTEX, one);
    for (int i = 0; i < 3; i++)
        synth_wait_sync(synth_go(synth, "main.f"), SYNTH_MUTEX, other);
    assert_blocked(synth, GT_THING_MUTEX, GT_ACTION_LOCK, other);
}

static void what_nothing_wakes_waits_for_nothing(void **state)
{
    static const enum synth_wait rows[] = {SYNTH_SEND_NIL, SYNTH_RECEIVE_NIL, SYNTH_SELECT_NONE,
                                           SYNTH_SELECT}; /* the last one has only nil channels */
    enum { ROWS = sizeof rows / sizeof *rows };

    for (size_t i = 0; i < ROWS; i++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        synth_wait(synth_go(synth, "main.f"), rows[i]);
        assert_kind(synth, GT_WAIT_NEVER);
    }
}

static void what_the_world_wakes_is_no_wait_for_an_object(void **state)
{
    static const enum synth_wait rows[] = {SYNTH_SLEEP, SYNTH_IO, SYNTH_GC_WORKER,
                                           SYNTH_FINALIZER_WAIT, SYNTH_SEMAPHORE};
    enum { ROWS = sizeof rows / sizeof *rows };

    for (size_t i = 0; i < ROWS; i++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        synth_wait(synth_go(synth, "main.f"), rows[i]);
        assert_kind(synth, GT_WAIT_OTHER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_channel_is_known_by_the_queue, synth_end),
        cmocka_unit_test_teardown(a_select_waits_for_all_its_channels, synth_end),
        cmocka_unit_test_teardown(a_select_among_senders_and_receivers_knows_its_end, synth_end),
        cmocka_unit_test_teardown(a_thing_of_sync_is_known_by_its_frames, synth_end),
        cmocka_unit_test_teardown(without_a_stack_the_wait_reason_decides, synth_end),
        cmocka_unit_test_teardown(a_coroutine_is_known_by_the_stack, synth_end),
        cmocka_unit_test_teardown(waiters_in_one_bucket_are_distinguished, synth_end),
        cmocka_unit_test_teardown(what_nothing_wakes_waits_for_nothing, synth_end),
        cmocka_unit_test_teardown(what_the_world_wakes_is_no_wait_for_an_object, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
