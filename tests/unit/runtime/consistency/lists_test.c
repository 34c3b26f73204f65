/*
 * Contradictions of what the runtime keeps in lists: queues of channels and locks, timers,
 * finalizers, deferred calls. A whole process has none, and each record that is damaged gives the
 * one of its kind.
 */
#include "tests/unit/runtime/consistency/damages.h"

/* What the damage is done to: a goroutine that selects, one that locks, a Ticker, two finalizers, a
 * deferred call. */
static uint64_t victim, locker, timer, specials[2], deferred;

/* A goroutine that selects between two channels, of which its frame has the second; one that locks
 * a mutex; two timers, and two objects with finalizers. */
static struct synth *make_lists(void **state, const char *version)
{
    struct synth *synth = synth_begin(state, version);
    const uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 0)};
    uint64_t mutex = synth_object(synth, 64, NULL);
    struct synth_g *selects = synth_go(synth, "main.work"), *locks = synth_go(synth, "main.lock");

    synth_wait_select(selects, channels, 2, false);
    synth_local(selects, channels[1]);
    synth_wait_sync(locks, SYNTH_MUTEX, mutex);
    synth_global(synth, "main.mutex", mutex);
    deferred = synth_defer(locks, synth_func(synth, "main.unlock"));
    victim = synth_g_address(selects);
    locker = synth_g_address(locks);
    timer = synth_ticker(synth, 1000000000);
    synth_ticker(synth, 1000000000);
    for (int i = 0; i < 2; i++) {
        uint64_t kept = synth_object(synth, 64, "p");
        synth_global(synth, i ? "main.second" : "main.first", kept);
        specials[i] = synth_finalizer(synth, kept, synth_func(synth, "main.finalize"));
    }
    return synth;
}

static void whole_lists_have_none(void **state)
{
    assert_none(synth_report(make_lists(state, GO)), GO);
}

/* ---- damage -------------------------------------------------------------------------------- */

static void spoil_status_of_locker(struct synth *synth)
{
    synth_set(synth, locker, GT_F_g_atomicstatus, 1);
}

static void cut_select(struct synth *synth)
{
    synth_set(synth, synth_field(synth, victim, GT_F_g_waiting), GT_F_sudog_waitlink, 0);
}

static void loop_select(struct synth *synth)
{
    uint64_t sudog = synth_field(synth, victim, GT_F_g_waiting);

    synth_set(synth, sudog, GT_F_sudog_waitlink, sudog);
}

static void close_channel(struct synth *synth)
{
    uint64_t sudog = synth_field(synth, victim, GT_F_g_waiting);

    synth_set(synth, synth_field(synth, sudog, GT_F_sudog_c), GT_F_hchan_closed, 1);
}

static void repeat_timer(struct synth *synth)
{
    uint64_t heap = synth_get(synth, synth->p + gt_off(&synth->layout, GT_F_p_timers_heap));
    uint64_t size = synth_size_of(synth, "runtime.timerWhen");

    synth_put(synth, heap + size, synth_get(synth, heap));
}

static void spoil_heap_of_timer(struct synth *synth)
{
    add_to(synth, synth_timer_in(synth, timer), GT_F_timer_ts, 8);
}

static void spoil_count_of_timers(struct synth *synth)
{
    add_to(synth, synth->p, GT_F_p_timers_len, 1);
}

static void spoil_callback(struct synth *synth)
{
    synth_set(synth, synth_timer_in(synth, timer), GT_F_timer_f, 0x1234);
}

static void spoil_finalizer(struct synth *synth)
{
    synth_set(synth, specials[1], GT_F_specialfinalizer_fn, 0x1234);
}

static void spoil_deferred_call(struct synth *synth)
{
    add_to(synth, deferred, GT_F__defer_sp, 1);
}

/* The goroutine's list no longer has it. */
static void cut_deferred_calls(struct synth *synth)
{
    synth_set(synth, locker, GT_F_g__defer, 0);
}

static void spoil_time_of_timer(struct synth *synth)
{
    add_to(synth, synth_timer_in(synth, timer), GT_F_timer_when, 1000);
}

/* In each root that has waiters. */
static void spoil_count_of_semaphores(struct synth *synth)
{
    enum { ROOTS = 251 };
    uint64_t stride = gt_known_global_size(&synth->known, "runtime.semtable") / ROOTS;

    for (uint64_t i = 0; i < ROOTS; i++)
        if (synth_field(synth, synth->semtable + i * stride, GT_F_semaRoot_treap))
            add_to(synth, synth->semtable + i * stride, GT_F_semaRoot_nwait, 1);
}

static void unsort_specials(struct synth *synth)
{
    add_to(synth, specials[0], GT_F_special_offset, 64);
    add_to(synth, specials[1], GT_F_special_offset, -(uint64_t)64);
}

static void free_object_of_special(struct synth *synth)
{
    add_to(synth, specials[1], GT_F_special_offset, 8 * 64);
}

static const struct damage damages[] = {
    {make_lists, spoil_count_of_timers, GT_CONTRADICTION_TIMERS},
    {make_lists, spoil_callback, GT_CONTRADICTION_TIMER_CODE},
    {make_lists, spoil_finalizer, GT_CONTRADICTION_FINALIZERS},
    {make_lists, spoil_deferred_call, GT_CONTRADICTION_DEFERS},
    {make_lists, cut_deferred_calls, GT_CONTRADICTION_DEFER_LISTS},
    {make_lists, spoil_time_of_timer, GT_CONTRADICTION_TIMER_TIMES},
    {make_lists, spoil_count_of_semaphores, GT_CONTRADICTION_SEMAPHORES},
    {make_lists, cut_select, GT_CONTRADICTION_QUEUES},
    {make_lists, loop_select, GT_CONTRADICTION_QUEUES},
    {make_lists, close_channel, GT_CONTRADICTION_QUEUES},
    {make_lists, spoil_status_of_locker, GT_CONTRADICTION_WAITS},
    {make_lists, repeat_timer, GT_CONTRADICTION_TIMER_PLACES},
    {make_lists, spoil_heap_of_timer, GT_CONTRADICTION_TIMER_PLACES},
    {make_lists, unsort_specials, GT_CONTRADICTION_SPECIAL_ORDER},
    {make_lists, free_object_of_special, GT_CONTRADICTION_SPECIAL_ORDER},
};

static void each_damage_is_a_contradiction_of_its_kind(void **state)
{
    assert_contradicted(state, damages, sizeof damages / sizeof *damages);
}

static void lose_callback(struct synth *synth)
{
    synth_set(synth, synth_timer_in(synth, timer), GT_F_timer_f, 0);
}

/* Up to Go 1.22 it stays in its heap, deleted. One that waits has a function. */
static void a_deadline_that_was_deleted_has_no_function(void **state)
{
    for (int deleted = 0; deleted < 2; deleted++) {
        struct synth *synth = make_lists(state, "go1.22.12");
        if (deleted) synth_stop_timer(synth, timer);
        synth_spoil(synth, lose_callback);
        assert_int_equal(has(synth_report(synth), GT_CONTRADICTION_TIMER_CODE), !deleted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(whole_lists_have_none, synth_end),
        cmocka_unit_test_teardown(each_damage_is_a_contradiction_of_its_kind, synth_end),
        cmocka_unit_test_teardown(a_deadline_that_was_deleted_has_no_function, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
