/*
 * Abandoned goroutines: something could still end their wait, and nobody is left to do it.
 *
 * They are suspects beside the proof of hung_test.c: none of them is reported as blocked forever.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

#define SECOND UINT64_C(1000000000)

enum { MANY = 12, KEPT = 4096 };

static const struct gt_finding *found(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_HUNG_GOROUTINE);
}

static void assert_none(struct synth *synth)
{
    const struct gt_finding *finding = found(synth);

    if (finding) fail_msg("%s", finding->title);
}

static const struct gt_finding *assert_found(struct synth *synth, enum gt_confidence confidence)
{
    const struct gt_finding *finding = found(synth);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, confidence);
    return finding;
}

/* A goroutine that keeps a block, and waits for these channels. */
static void waiter(struct synth *synth, const uint64_t *channels, size_t count)
{
    struct synth_g *g = synth_go(synth, "main.work");

    synth_local(g, synth_object(synth, KEPT, NULL));
    for (size_t i = 0; i < count; i++)
        synth_local(g, channels[i]);
    if (count == 1)
        synth_wait_channel(g, SYNTH_RECEIVE, channels[0]);
    else
        synth_wait_select(g, channels, count, false);
}

/* A channel of struct{} without a buffer, that the variable main.quit leads to. */
static uint64_t shutdown_channel(struct synth *synth)
{
    uint64_t channel = synth_channel(synth, 0);

    synth_channel_of(synth, channel, synth_type_struct(synth, "struct {}", 0, NULL, 0));
    synth_global(synth, "main.quit", channel);
    return channel;
}

/* ---- only a shutdown could end them -------------------------------------------------------- */

/* Each waits for an answer on its own channel, or for the program's end. */
static void nobody_answers_and_only_a_shutdown_ends_them(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t quit = shutdown_channel(synth);

    for (int i = 0; i < MANY; i++) {
        const uint64_t channels[] = {synth_channel(synth, 0), quit};
        waiter(synth, channels, 2);
    }
    const struct gt_finding *finding = assert_found(synth, GT_LIKELY);
    assert_int_equal(finding->count, MANY);
    assert_true(finding->bytes_freed >= MANY * KEPT);
    assert_non_null(finding->doubt);
    assert_null(strstr(finding->title, "forever"));
}

static void whoever_holds_their_channels_answers(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t quit = shutdown_channel(synth);

    for (int i = 0; i < MANY; i++) {
        const uint64_t channels[] = {synth_channel(synth, 0), quit};
        waiter(synth, channels, 2);
        synth_global(synth, "main.pending", channels[0]);
    }
    assert_none(synth);
}

/* A pool of workers waits for one queue to which others send. */
static void workers_on_a_queue_of_the_programs_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t queue = synth_channel(synth, 0);

    synth_global(synth, "main.queue", queue);
    for (int i = 0; i < MANY; i++)
        waiter(synth, &queue, 1);
    assert_none(synth);
}

/* ---- only their own timers wake them ------------------------------------------------------ */

/* select { case <-answer: case <-time.After(10 * time.Minute): } */
static void nobody_answers_and_only_their_timers_wake_them(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++) {
        const uint64_t channels[] = {synth_channel(synth, 0),
                                     synth_timer_channel(synth, synth_after(synth))};
        waiter(synth, channels, 2);
    }
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY);
}

static void a_poll_with_a_timer_is_answered_by_who_sends(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t queue = synth_channel(synth, 0);

    synth_global(synth, "main.queue", queue);
    for (int i = 0; i < MANY; i++) {
        const uint64_t channels[] = {queue, synth_timer_channel(synth, synth_after(synth))};
        waiter(synth, channels, 2);
    }
    assert_none(synth);
}

/* Each waits for an answer, or for what only the closure of a timer holds. Returns the last timer.
 */
static uint64_t held_by_timers(struct synth *synth)
{
    uint64_t timer = 0;

    for (int i = 0; i < MANY; i++) {
        const uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 0)};
        waiter(synth, channels, 2);
        timer = synth_after_func(synth, synth_closure(synth, "main.late.func1", channels[1]));
    }
    return timer;
}

static void only_what_their_timers_hold_could_wake_them(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    held_by_timers(synth);
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY);
}

/* It moves one timer in its heap, for another that fires. */
static void a_timer_in_the_schedulers_hands_is_still_a_timer(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_scheduler_holds(synth, synth_timer_in(synth, held_by_timers(synth)));
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY);
}

static void so_is_one_that_is_in_no_heap_meanwhile(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t timer = held_by_timers(synth);

    synth_take_timer(synth, timer);
    synth_scheduler_holds(synth, synth_timer_in(synth, timer));
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY);
}

static void so_is_one_in_an_interrupted_frame(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.spin");

    synth_stale(g, synth_timer_in(synth, held_by_timers(synth)));
    synth_wait(g, SYNTH_PREEMPTED);
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY);
}

static void the_owner_of_a_timer_answers_in_an_interrupted_frame_too(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct synth_g *g = synth_go(synth, "main.spin");

    synth_stale(g, held_by_timers(synth));
    synth_wait(g, SYNTH_PREEMPTED);
    assert_int_equal(assert_found(synth, GT_LIKELY)->count, MANY - 1);
}

/* ---- more and more goroutines ------------------------------------------------------------- */

/* Something reaches each of them, but a hundred and more of all ages wait. */
static void many_of_all_ages_are_suspects(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (uint64_t i = 0; i < 120; i++) {
        uint64_t channel = synth_channel(synth, 0);
        struct synth_g *g = synth_go(synth, "main.work");
        synth_local(g, synth_object(synth, KEPT, NULL));
        synth_wait_channel(g, SYNTH_RECEIVE, channel);
        synth_waits_for(g, (3600 - i * 30) * SECOND);
        synth_global(synth, "main.pending", channel);
    }
    assert_int_equal(assert_found(synth, GT_SUSPECT)->count, 120);
}

static void wait_at(struct synth *synth, enum synth_wait action, int count)
{
    uint64_t channel = synth_channel(synth, 0);

    synth_global(synth, "main.slots", channel);
    for (uint64_t i = 0; i < (uint64_t)count; i++) {
        struct synth_g *g = synth_go(synth, "main.work");
        synth_local(g, synth_object(synth, KEPT, NULL));
        synth_wait_channel(g, action, channel);
        synth_waits_for(g, (3600 - i * 30) * SECOND);
    }
}

/* A semaphore that is never released: the first goroutine of the queue arrived long ago. */
static void senders_of_all_ages_to_one_channel_are_suspects(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    wait_at(synth, SYNTH_SEND, 120);
    assert_int_equal(assert_found(synth, GT_SUSPECT)->count, 120);
}

static void receivers_of_all_ages_at_one_channel_are_a_pool(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    wait_at(synth, SYNTH_RECEIVE, 120);
    assert_none(synth);
}

static void many_of_one_age_are_a_program_at_rest(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < 120; i++) {
        uint64_t channel = synth_channel(synth, 0);
        struct synth_g *g = synth_go(synth, "main.work");
        synth_local(g, synth_object(synth, KEPT, NULL));
        synth_wait_channel(g, SYNTH_RECEIVE, channel);
        synth_waits_for(g, 3000 * SECOND);
        synth_global(synth, "main.pending", channel);
    }
    assert_none(synth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nobody_answers_and_only_a_shutdown_ends_them, synth_end),
        cmocka_unit_test_teardown(whoever_holds_their_channels_answers, synth_end),
        cmocka_unit_test_teardown(workers_on_a_queue_of_the_programs_are_none, synth_end),
        cmocka_unit_test_teardown(nobody_answers_and_only_their_timers_wake_them, synth_end),
        cmocka_unit_test_teardown(a_poll_with_a_timer_is_answered_by_who_sends, synth_end),
        cmocka_unit_test_teardown(only_what_their_timers_hold_could_wake_them, synth_end),
        cmocka_unit_test_teardown(a_timer_in_the_schedulers_hands_is_still_a_timer, synth_end),
        cmocka_unit_test_teardown(so_is_one_that_is_in_no_heap_meanwhile, synth_end),
        cmocka_unit_test_teardown(so_is_one_in_an_interrupted_frame, synth_end),
        cmocka_unit_test_teardown(the_owner_of_a_timer_answers_in_an_interrupted_frame_too,
                                  synth_end),
        cmocka_unit_test_teardown(many_of_all_ages_are_suspects, synth_end),
        cmocka_unit_test_teardown(senders_of_all_ages_to_one_channel_are_suspects, synth_end),
        cmocka_unit_test_teardown(receivers_of_all_ages_at_one_channel_are_a_pool, synth_end),
        cmocka_unit_test_teardown(many_of_one_age_are_a_program_at_rest, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
