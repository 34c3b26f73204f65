/* Hung goroutines: what proves that one hangs, what could still wake it, what takes the proof
 * back. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

static void assert_none(struct synth *synth)
{
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_HUNG_GOROUTINE);

    if (finding) fail_msg("%s", finding->title);
}

static const struct gt_finding *assert_hung(struct synth *synth, enum gt_confidence confidence)
{
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_HUNG_GOROUTINE);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, confidence);
    return finding;
}

/* main.produce sends on a channel that it made itself, and keeps the value that it sends. */
static struct synth_g *lone_sender(struct synth *synth, uint64_t *channel)
{
    struct synth_g *g = synth_go(synth, "main.produce");

    *channel = synth_channel(synth, 0);
    synth_local(g, *channel);
    synth_local(g, synth_object(synth, 1024, NULL));
    synth_wait_channel(g, SYNTH_SEND, *channel);
    return g;
}

/* ---- proof --------------------------------------------------------------------------------- */

static void nobody_else_reaches_the_channel(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;
    struct synth_g *g = lone_sender(synth, &channel);
    const struct gt_finding *finding = assert_hung(synth, GT_PROVEN);
    const struct gt_instance *instance = finding->instances;

    assert_int_equal(finding->count, 1);
    assert_int_equal(instance->hung.goroutine, synth_g_id(g));
    assert_string_equal(instance->hung.wait_reason, "chan send");
    assert_int_equal(instance->hung.blocked[0].address, channel);
    assert_int_equal(instance->hung.blocked[0].action, GT_ACTION_SEND);
    assert_true(finding->bytes_freed >= finding->stack_bytes + 1024);
    assert_null(finding->doubt);
}

static void goroutines_at_one_place_are_one_finding(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    for (int i = 0; i < 5; i++)
        lone_sender(synth, &channel);
    assert_int_equal(assert_hung(synth, GT_PROVEN)->count, 5);
}

/* Each holds the channel that the other waits for, and nothing else has them. */
static void two_wait_for_each_other(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 0)};

    for (int i = 0; i < 2; i++) {
        struct synth_g *g = synth_go(synth, "main.swap");
        synth_local(g, channels[1 - i]);
        synth_wait_channel(g, SYNTH_RECEIVE, channels[i]);
    }
    assert_int_equal(assert_hung(synth, GT_PROVEN)->count, 2);
}

/* A dead word of a frame with a stack map is no root. */
static void a_dead_word_of_a_frame_wakes_nobody(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_stale(synth_main(synth), channel);
    assert_hung(synth, GT_PROVEN);
}

/* Its g is on the heap, and all gs are in a list. */
static void what_its_g_holds_goes_with_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, before;

    lone_sender(synth, &channel);
    before = assert_hung(synth, GT_PROVEN)->bytes_freed;
    synth = synth_begin(state, GO);
    synth_labels(lone_sender(synth, &channel), synth_object(synth, 2048, NULL));
    assert_int_equal(assert_hung(synth, GT_PROVEN)->bytes_freed, before + 2048);
}

/* The g of a goroutine that hangs leads to the channel, but wakes nobody. */
static void what_its_g_leads_to_wakes_nobody(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;
    struct synth_g *g = lone_sender(synth, &channel);

    synth_labels(g, channel);
    assert_hung(synth, GT_PROVEN);
}

/* ---- what could still wake it ------------------------------------------------------------- */

static void a_global_reaches_the_channel(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_global(synth, "main.queue", channel);
    assert_none(synth);
}

static void whoever_pulls_reaches_the_coroutine(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_local(synth_main(synth), synth_wait_coroutine(synth_go(synth, "main.each")));
    assert_none(synth);
}

static void a_goroutine_that_runs_reaches_the_channel(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_local(synth_main(synth), channel);
    assert_none(synth);
}

/* The goroutine that a global wakes holds the channel that the other one waits for. */
static void who_is_woken_wakes_the_next(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, first = synth_channel(synth, 0);
    struct synth_g *g = synth_go(synth, "main.relay");

    lone_sender(synth, &channel);
    synth_local(g, channel);
    synth_wait_channel(g, SYNTH_RECEIVE, first);
    synth_global(synth, "main.first", first);
    assert_none(synth);
}

static void one_case_of_a_select_is_enough(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 0)};

    synth_wait_select(synth_go(synth, "main.f"), channels, 2, false);
    synth_global(synth, "main.done", channels[1]);
    assert_none(synth);
}

/* A frame that was interrupted anywhere may use each of its words. */
static void a_word_of_a_preempted_frame_may_wake_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.spin");
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_stale(g, channel);
    synth_wait(g, SYNTH_PREEMPTED);
    assert_none(synth);
}

/* The waker has taken it off the queue. */
static void who_was_taken_off_the_queue_runs_next(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    synth_take_off_queue(lone_sender(synth, &channel));
    assert_none(synth);
}

static void what_the_scheduler_has_in_hand_may_wake_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_scheduler_holds(synth, channel);
    assert_none(synth);
}

static void what_it_had_in_hand_does_not(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_scheduler_had(synth, channel);
    assert_hung(synth, GT_PROVEN);
}

/* Nothing wakes main either: as the runtime's own detector has it, it never runs again. */
static void what_main_holds_wakes_nobody_while_nothing_wakes_main(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_local(synth_main(synth), channel);
    synth_wait_channel(synth_main(synth), SYNTH_RECEIVE, synth_channel(synth, 0));
    assert_hung(synth, GT_PROVEN);
}

/* Another goroutine has the channel that main waits for. */
static void what_main_holds_may_wake_it_while_main_may_be_woken(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, mains = synth_channel(synth, 0);
    struct synth_g *other = synth_go(synth, "main.f");

    lone_sender(synth, &channel);
    synth_local(synth_main(synth), channel);
    synth_wait_channel(synth_main(synth), SYNTH_RECEIVE, mains);
    synth_local(other, mains);
    synth_wait(other, SYNTH_SLEEP);
    assert_none(synth);
}

/* Main may wait on purpose as long as the program lives. */
static void main_is_never_reported(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait_channel(synth_main(synth), SYNTH_RECEIVE, synth_channel(synth, 0));
    assert_none(synth);
    synth = synth_begin(state, GO);
    synth_wait(synth_main(synth), SYNTH_SELECT_NONE);
    assert_none(synth);
}

/* In select {} it never runs again, so what it holds wakes nobody. */
static void main_in_an_empty_select_wakes_nobody(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_local(synth_main(synth), channel);
    synth_wait(synth_main(synth), SYNTH_SELECT_NONE);
    assert_hung(synth, GT_PROVEN);
}

/* ---- goroutines of the runtime ------------------------------------------------------------- */

/* The program's finalizer blocks, and so does the runtime's one goroutine for all finalizers. */
static void the_finalizer_goroutine_hangs_and_others_wait_behind_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.free");

    synth_started_by(g, "runtime.runFinalizers");
    synth_wait_channel(g, SYNTH_SEND, synth_channel(synth, 0));
    for (int i = 0; i < 4; i++) /* the first of them is running */
        synth_queue_finalizer(synth, synth_object(synth, 1024, NULL),
                              synth_func(synth, "main.free"));
    const struct gt_finding *finding = assert_hung(synth, GT_PROVEN);
    assert_non_null(strstr(finding->title, "3 finalizers wait behind it"));
    assert_true(finding->bytes_freed >= 4 * 1024);
}

static void the_finalizer_goroutine_at_rest_is_the_runtimes(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_wait(synth_go(synth, "runtime.runFinalizers"), SYNTH_FINALIZER_WAIT);
    synth_queue_finalizer(synth, synth_object(synth, 1024, NULL), synth_func(synth, "main.free"));
    assert_none(synth);
}

/* ---- behind one that hangs ------------------------------------------------------------------ */

/* Twelve wait for the lock of a variable, which one has locked that hangs. */
static void who_waits_behind_one_that_hangs_is_told_with_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, mutex = synth_object(synth, 64, "......pp");
    struct synth_g *sender = lone_sender(synth, &channel);

    synth_put(synth, mutex, 1);
    synth_global(synth, "main.mu", mutex);
    synth_local(sender, mutex);
    synth_code(synth, "main.produce", "sync.(*Mutex).Lock", NULL, "sync.(*Mutex).Unlock");
    for (int i = 0; i < 12; i++)
        synth_wait_sync(synth_go(synth, "main.wait"), SYNTH_MUTEX, mutex);
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(report->finding_count, 2);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct gt_finding *finding = &report->findings[i];
        if (finding->count == 1) continue;
        assert_int_equal(finding->confidence, GT_LIKELY);
        assert_int_equal(finding->count, 12);
        assert_non_null(strstr(finding->title, "for which they wait, is blocked forever"));
        assert_non_null(strstr(finding->advice, "main.produce"));
    }
}

/* Nobody waits behind a lock that was unlocked before its owner came to hang. */
static void a_lock_that_was_unlocked_holds_nobody_up(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, mutex = synth_object(synth, 64, "......pp");
    struct synth_g *sender = lone_sender(synth, &channel), *holder = synth_go(synth, "main.hold");

    synth_put(synth, mutex, 1);
    synth_global(synth, "main.mu", mutex);
    synth_local(sender, mutex);
    synth_local(holder, mutex);
    synth_code(synth, "main.produce", "sync.(*Mutex).Unlock", NULL, NULL);
    synth_code(synth, "main.hold", "sync.(*Mutex).Lock", NULL, "sync.(*Mutex).Unlock");
    synth_wait(holder, SYNTH_SLEEP);
    for (int i = 0; i < 12; i++)
        synth_wait_sync(synth_go(synth, "main.wait"), SYNTH_MUTEX, mutex);
    assert_int_equal(assert_hung(synth, GT_PROVEN)->count, 1);
    assert_int_equal(synth_report(synth)->finding_count, 1);
}

/* The worker that would call Done hangs. */
static void who_waits_for_a_worker_that_hangs_is_told_with_it(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, group = synth_object(synth, 64, "......pp");
    struct synth_g *worker = lone_sender(synth, &channel), *waiter = synth_go(synth, "main.all");
    size_t told = 0;

    synth_put(synth, group, (uint64_t)1 << 32 | 1); /* one worker, one that waits */
    synth_local(worker, group);
    synth_wait_sync(waiter, SYNTH_WAIT_GROUP, group);
    const struct gt_report *report = synth_report_from(synth, 1);
    assert_int_equal(report->finding_count, 2);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct gt_finding *finding = &report->findings[i];
        assert_int_equal(finding->confidence, GT_PROVEN);
        assert_non_null(strstr(finding->advice, "main.produce"));
        if (finding->instances->hung.goroutine == synth_g_id(waiter))
            told += strstr(finding->title, "for which they wait, is blocked forever") != NULL;
    }
    assert_int_equal(told, 1);
}

/* ---- proof taken back ---------------------------------------------------------------------- */

static void assert_taken_back(struct synth *synth, const char *lacks)
{
    const struct gt_finding *finding = assert_hung(synth, GT_SUSPECT);

    assert_non_null(strstr(finding->doubt, lacks));
    assert_null(strstr(finding->title, "forever"));
}

static void who_could_wake_it_may_lie_in_a_lost_part_of_the_heap(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t channel, other = synth_object(synth, 64, "pp");

    lone_sender(synth, &channel);
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 64);
    assert_taken_back(synth, "parts of the heap");
}

static void who_could_wake_it_may_lie_on_a_lost_stack(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *other = synth_go(synth, "main.serve");
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_local(other, channel);
    synth_lose(synth, synth_g_stack(other), 1);
    assert_taken_back(synth, "some goroutines or their stacks");
}

/* Its caller's return address was overwritten, so the frames beyond it are not known. */
static void who_could_wake_it_may_lie_on_a_stack_that_was_not_walked(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *other = synth_go(synth, "main.serve");
    uint64_t channel;

    lone_sender(synth, &channel);
    synth_wait(other, SYNTH_SLEEP);
    synth_break_stack(other);
    assert_taken_back(synth, "some goroutines or their stacks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nobody_else_reaches_the_channel, synth_end),
        cmocka_unit_test_teardown(goroutines_at_one_place_are_one_finding, synth_end),
        cmocka_unit_test_teardown(two_wait_for_each_other, synth_end),
        cmocka_unit_test_teardown(a_dead_word_of_a_frame_wakes_nobody, synth_end),
        cmocka_unit_test_teardown(what_its_g_holds_goes_with_it, synth_end),
        cmocka_unit_test_teardown(what_its_g_leads_to_wakes_nobody, synth_end),
        cmocka_unit_test_teardown(a_global_reaches_the_channel, synth_end),
        cmocka_unit_test_teardown(whoever_pulls_reaches_the_coroutine, synth_end),
        cmocka_unit_test_teardown(a_goroutine_that_runs_reaches_the_channel, synth_end),
        cmocka_unit_test_teardown(who_is_woken_wakes_the_next, synth_end),
        cmocka_unit_test_teardown(one_case_of_a_select_is_enough, synth_end),
        cmocka_unit_test_teardown(a_word_of_a_preempted_frame_may_wake_it, synth_end),
        cmocka_unit_test_teardown(who_was_taken_off_the_queue_runs_next, synth_end),
        cmocka_unit_test_teardown(what_the_scheduler_has_in_hand_may_wake_it, synth_end),
        cmocka_unit_test_teardown(what_it_had_in_hand_does_not, synth_end),
        cmocka_unit_test_teardown(what_main_holds_wakes_nobody_while_nothing_wakes_main, synth_end),
        cmocka_unit_test_teardown(what_main_holds_may_wake_it_while_main_may_be_woken, synth_end),
        cmocka_unit_test_teardown(main_is_never_reported, synth_end),
        cmocka_unit_test_teardown(main_in_an_empty_select_wakes_nobody, synth_end),
        cmocka_unit_test_teardown(the_finalizer_goroutine_hangs_and_others_wait_behind_it,
                                  synth_end),
        cmocka_unit_test_teardown(the_finalizer_goroutine_at_rest_is_the_runtimes, synth_end),
        cmocka_unit_test_teardown(who_waits_behind_one_that_hangs_is_told_with_it, synth_end),
        cmocka_unit_test_teardown(a_lock_that_was_unlocked_holds_nobody_up, synth_end),
        cmocka_unit_test_teardown(who_waits_for_a_worker_that_hangs_is_told_with_it, synth_end),
        cmocka_unit_test_teardown(who_could_wake_it_may_lie_in_a_lost_part_of_the_heap, synth_end),
        cmocka_unit_test_teardown(who_could_wake_it_may_lie_on_a_lost_stack, synth_end),
        cmocka_unit_test_teardown(who_could_wake_it_may_lie_on_a_stack_that_was_not_walked,
                                  synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
