/*
 * Timers: what time.NewTicker, time.After and time.AfterFunc allocate, and the P's heap with the
 * active ones.
 *
 * Up to Go 1.22 a Timer is {C, runtimeTimer}, since 1.23 {C, init, timer}; both begin with the
 * channel. The P's heap is an array of pointers to the timer, with the time beside it since 1.23.
 */
#include "tests/unit/synth/synth_impl.h"

enum { MAX_MASK = 64, FIRST = 8, ARGUMENT_DATA = 8 };

static uint64_t offset_of_timer(const struct synth *synth)
{
    bool own = synth_has(synth, GT_F_timeTimer_timer);

    return own ? gt_off(&synth->layout, GT_F_timeTimer_timer) : FIRST;
}

uint64_t synth_timer_in(const struct synth *synth, uint64_t object)
{
    return object + offset_of_timer(synth);
}

static uint64_t new_timer(struct synth *synth)
{
    static const enum gt_field_id pointers[] = {GT_F_timer_f, GT_F_timer_arg};
    uint64_t timer = offset_of_timer(synth), size = timer + synth_size_of(synth, "runtime.timer");
    char mask[MAX_MASK] = "p";

    memset(mask + 1, '.', size / 8 - 1);
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        mask[(timer + gt_off(&synth->layout, pointers[i])) / 8] = 'p';
    mask[(timer + gt_off(&synth->layout, GT_F_timer_arg) + ARGUMENT_DATA) / 8] = 'p';
    return synth_object(synth, size, mask);
}

uint64_t synth_timer(struct synth *synth, const char *callback, uint64_t argument, uint64_t period)
{
    uint64_t object = new_timer(synth), timer = object + offset_of_timer(synth);
    uint64_t when = SYNTH_NOW + UINT64_C(600000000000);

    synth_set(synth, timer, GT_F_timer_when, when);
    synth_set(synth, timer, GT_F_timer_period, period);
    synth_set(synth, timer, GT_F_timer_f, synth_func(synth, callback));
    synth_set(synth, timer, GT_F_timer_status, 1); /* timerWaiting, up to 1.22 */
    synth_set(synth, timer, GT_F_timer_state, 1);  /* timerHeaped */
    synth_put(synth, timer + gt_off(&synth->layout, GT_F_timer_arg) + ARGUMENT_DATA, argument);
    gt_u64s_add(&synth->timers, timer);
    return object;
}

static uint64_t channel_timer(struct synth *synth, uint64_t period)
{
    uint64_t channel = synth_channel(synth, 1);
    uint64_t object = synth_timer(synth, "time.sendTime", channel, period);

    synth_put(synth, object, channel);
    return object;
}

uint64_t synth_ticker(struct synth *synth, uint64_t period)
{
    return channel_timer(synth, period);
}

uint64_t synth_after(struct synth *synth)
{
    return channel_timer(synth, 0);
}

uint64_t synth_after_func(struct synth *synth, uint64_t closure)
{
    return synth_timer(synth, "time.goFunc", closure, 0);
}

uint64_t synth_timer_channel(const struct synth *synth, uint64_t timer)
{
    return synth_get(synth, timer);
}

void synth_stop_timer(struct synth *synth, uint64_t object)
{
    uint64_t timer = object + offset_of_timer(synth);

    synth_set(synth, timer, GT_F_timer_status, 3); /* timerDeleted */
    synth_set(synth, timer, GT_F_timer_state, 4);  /* timerZombie */
}

void synth_take_timer(struct synth *synth, uint64_t object)
{
    for (size_t i = 0; i < synth->timers.len; i++)
        if (synth->timers.at[i] == synth_timer_in(synth, object))
            synth->timers.at[i] = synth->timers.at[--synth->timers.len];
}

void synth_break_timers(struct synth *synth)
{
    synth->broken_timers = true;
}

/* ---- the P's heap -------------------------------------------------------------------------- */

void synth_finish_timers(struct synth *synth)
{
    bool with_time = synth_has(synth, GT_F_p_timers_heap);
    uint64_t size = with_time ? synth_size_of(synth, "runtime.timerWhen") : 8;
    static const unsigned char first[] = {1};

    if (!synth->timers.len) return;
    uint64_t list =
        synth_tiled(synth, synth->timers.len * size, synth_struct_type(synth, size, first, 8));
    for (size_t i = 0; i < synth->timers.len; i++) {
        synth_put(synth, list + i * size, synth->timers.at[i]);
        if (with_time)
            synth_put(synth, list + i * size + 8,
                      synth_field(synth, synth->timers.at[i], GT_F_timer_when));
        synth_set(synth, synth->timers.at[i], GT_F_timer_ts,
                  synth->p + gt_off(&synth->layout, GT_F_p_timers_lock));
    }
    enum gt_field_id slice = with_time ? GT_F_p_timers_heap : GT_F_p_timers;
    uint64_t header = synth->p + gt_off(&synth->layout, slice);
    synth_put_slice(synth, header, list, synth->timers.len);
    synth_set(synth, synth->p, GT_F_p_timers_len, synth->timers.len);
    if (synth->broken_timers) synth_put(synth, header + 16, 0);
}
