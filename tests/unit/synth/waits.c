/*
 * What goroutines wait for: sudogs in the queues of channels, in the table of semaphores and in
 * lists of conditions; and coroutines.
 */
#include "tests/unit/synth/synth_impl.h"

static uint64_t new_sudog(struct synth_g *g)
{
    static const enum gt_field_id pointers[] = {
        GT_F_sudog_g,    GT_F_sudog_next,     GT_F_sudog_prev,    GT_F_sudog_elem_vp,
        GT_F_sudog_c_vp, GT_F_sudog_waitlink, GT_F_sudog_elem_vp, GT_F_sudog_c_vp};
    enum gt_field_id ids[sizeof pointers / sizeof *pointers];
    size_t count = sizeof pointers / sizeof *pointers;

    memcpy(ids, pointers, sizeof ids);
    if (!synth_has(g->synth, GT_F_sudog_elem_vp))
        ids[count - 2] = GT_F_sudog_elem, ids[count - 1] = GT_F_sudog_c;
    uint64_t sudog = synth_struct(g->synth, synth_size_of(g->synth, "runtime.sudog"), ids, count);
    synth_set(g->synth, sudog, GT_F_sudog_g, g->address);
    return sudog;
}

/* Links the sudog to g.waiting, and from there by waitlink. */
static void hang_on_g(struct synth_g *g, uint64_t sudog)
{
    if (g->last_sudog)
        synth_set(g->synth, g->last_sudog, GT_F_sudog_waitlink, sudog);
    else
        synth_set(g->synth, g->address, GT_F_g_waiting, sudog);
    g->last_sudog = sudog;
}

/* The two words of a pointer that may be hidden from the collector (since 1.26). */
static void set_traceable(struct synth *synth, uint64_t sudog, enum gt_field_id seen,
                          enum gt_field_id hidden, uint64_t value)
{
    synth_set(synth, sudog, seen, value);
    synth_set(synth, sudog, hidden, value);
}

uint64_t synth_channel(struct synth *synth, uint64_t room)
{
    static const enum gt_field_id pointers[] = {GT_F_hchan_buf, GT_F_hchan_timer,
                                                GT_F_hchan_recvq_first, GT_F_hchan_sendq_first};
    uint64_t channel = synth_struct(synth, synth_size_of(synth, "runtime.hchan"), pointers,
                                    sizeof pointers / sizeof *pointers);

    synth_set(synth, channel, GT_F_hchan_dataqsiz, room);
    synth_set(synth, channel, GT_F_hchan_elemsize, 8);
    synth_set(synth, channel, GT_F_hchan_buf,
              room ? synth_tiled(synth, room * 8, synth_pointer_type(synth))
                   : channel + gt_off(&synth->layout, GT_F_hchan_buf));
    return channel;
}

void synth_channel_of(struct synth *synth, uint64_t channel, uint64_t element)
{
    synth_set(synth, channel, GT_F_hchan_elemtype, element);
}

static void enqueue(struct synth *synth, uint64_t channel, enum gt_field_id queue, uint64_t sudog)
{
    uint64_t last = synth_field(synth, channel, queue), next;

    if (!last) {
        synth_set(synth, channel, queue, sudog);
        return;
    }
    while ((next = synth_field(synth, last, GT_F_sudog_next)))
        last = next;
    synth_set(synth, last, GT_F_sudog_next, sudog);
    synth_set(synth, sudog, GT_F_sudog_prev, last);
}

static void wait_in_queue(struct synth_g *g, uint64_t channel, bool send)
{
    uint64_t sudog = new_sudog(g);

    set_traceable(g->synth, sudog, GT_F_sudog_c, GT_F_sudog_c_vp, channel);
    hang_on_g(g, sudog);
    enqueue(g->synth, channel, send ? GT_F_hchan_sendq_first : GT_F_hchan_recvq_first, sudog);
}

void synth_wait_channel(struct synth_g *g, enum synth_wait how, uint64_t channel)
{
    wait_in_queue(g, channel, how == SYNTH_SEND);
    synth_wait(g, how);
}

void synth_wait_select(struct synth_g *g, const uint64_t *channels, size_t count, bool send)
{
    for (size_t i = 0; i < count; i++)
        wait_in_queue(g, channels[i], send);
    synth_wait(g, SYNTH_SELECT);
}

void synth_take_off_queue(struct synth_g *g)
{
    static const enum gt_field_id queues[] = {GT_F_hchan_sendq_first, GT_F_hchan_recvq_first};
    uint64_t channel = synth_field(g->synth, g->last_sudog, GT_F_sudog_c);

    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
        if (synth_field(g->synth, channel, queues[i]) == g->last_sudog)
            synth_set(g->synth, channel, queues[i], 0);
}

void synth_labels(struct synth_g *g, uint64_t value)
{
    synth_set(g->synth, g->address, GT_F_g_labels, value);
}

/* ---- semaphores and conditions ------------------------------------------------------------- */

/* The offset of the semaphore or list in the object. */
static uint64_t offset_in(enum synth_wait how)
{
    static const uint64_t offsets[SYNTH_WAITS] = {
        [SYNTH_MUTEX] = 4,
        [SYNTH_RWMUTEX_READ] = 12,
        [SYNTH_RWMUTEX_WRITE] = 8,
        [SYNTH_RWMUTEX_AFTER_WRITER] = 4,
        [SYNTH_WAIT_GROUP] = 8,
        [SYNTH_ONCE] = 8,
        [SYNTH_COND] = 16,
        [SYNTH_OLD_MUTEX] = 4,
        [SYNTH_OLD_RWMUTEX_READ] = 12,
        [SYNTH_OLD_RWMUTEX_WRITE] = 8,
        [SYNTH_OLD_RWMUTEX_AFTER_WRITER] = 4,
        [SYNTH_OLD_WAIT_GROUP] = 8,
        [SYNTH_OLD_ONCE] = 8,
    };

    return offsets[how];
}

/* The bucket's first waiter leads to those for other addresses by next, and to those for the same
 * by waitlink: a treap with one child for each node. */
static void hang_in_table(struct synth *synth, uint64_t semaphore, uint64_t sudog)
{
    enum { BUCKETS = 251 };
    uint64_t stride = gt_known_global_size(&synth->known, "runtime.semtable") / BUCKETS;
    uint64_t root = synth->semtable + (semaphore >> 3) % BUCKETS * stride;
    uint64_t at = synth_field(synth, root, GT_F_semaRoot_treap), next;

    synth_set(synth, root, GT_F_semaRoot_nwait, synth_field(synth, root, GT_F_semaRoot_nwait) + 1);

    if (!at) {
        synth_set(synth, root, GT_F_semaRoot_treap, sudog);
        return;
    }
    while (synth_field(synth, at, GT_F_sudog_elem) != semaphore &&
           (next = synth_field(synth, at, GT_F_sudog_next)))
        at = next;
    bool same = synth_field(synth, at, GT_F_sudog_elem) == semaphore;
    enum gt_field_id link = same ? GT_F_sudog_waitlink : GT_F_sudog_next;
    while ((next = synth_field(synth, at, link)))
        at = next;
    synth_set(synth, at, link, sudog);
}

static void hang_in_list(struct synth *synth, uint64_t list, uint64_t sudog)
{
    uint64_t tail = synth_field(synth, list, GT_F_notifyList_tail);

    if (tail)
        synth_set(synth, tail, GT_F_sudog_next, sudog);
    else
        synth_set(synth, list, GT_F_notifyList_head, sudog);
    synth_set(synth, list, GT_F_notifyList_tail, sudog);
}

void synth_wait_sync(struct synth_g *g, enum synth_wait how, uint64_t thing)
{
    uint64_t sudog = new_sudog(g), at = thing + offset_in(how);

    set_traceable(g->synth, sudog, GT_F_sudog_elem, GT_F_sudog_elem_vp, at);
    if (synth_has(g->synth, GT_F_sudog_elem_vp)) hang_on_g(g, sudog); /* since 1.26 */
    if (how == SYNTH_COND)
        hang_in_list(g->synth, at, sudog);
    else
        hang_in_table(g->synth, at, sudog);
    synth_wait(g, how);
}

/* A coroutine is found by the words of the stack that lead to it. */
uint64_t synth_wait_coroutine(struct synth_g *g)
{
    static const enum gt_field_id pointers[] = {GT_F_coro_f};
    uint64_t coro = synth_struct(g->synth, synth_size_of(g->synth, "runtime.coro"), pointers, 1);

    synth_set(g->synth, coro, GT_F_coro_gp, g->address);
    synth_set(g->synth, coro, GT_F_coro_f, synth_func(g->synth, "main.sequence"));
    synth_local(g, coro);
    synth_wait(g, SYNTH_CORO);
    return coro;
}

/* ---- waits for something outside ----------------------------------------------------------- */

void synth_wait_sleep(struct synth_g *g)
{
    uint64_t object = synth_timer(g->synth, "runtime.goroutineReady", g->address, 0);

    synth_set(g->synth, g->address, GT_F_g_timer, synth_timer_in(g->synth, object));
    synth_wait(g, SYNTH_SLEEP);
}

/* The poller's record, which has its own address and the waiter; the stack leads to it. */
void synth_wait_io(struct synth_g *g, uint64_t descriptor)
{
    struct synth *synth = g->synth;
    uint64_t poll = synth_alloc(synth, SYNTH_OFF_HEAP, synth_size_of(synth, "runtime.pollDesc"), 8);

    synth_set(synth, poll, GT_F_pollDesc_self, poll);
    synth_set(synth, poll, GT_F_pollDesc_fd, descriptor);
    synth_set(synth, poll, GT_F_pollDesc_rg, g->address);
    synth_local(g, poll);
    synth_wait(g, SYNTH_IO);
}

uint64_t synth_bubble(struct synth *synth, uint64_t number)
{
    uint64_t bubble = synth_object(synth, synth_size_of(synth, "runtime.synctestBubble"), NULL);

    synth_set(synth, bubble, GT_F_bubble_id, number);
    return bubble;
}

void synth_enter_bubble(struct synth_g *g, uint64_t bubble)
{
    synth_set(g->synth, g->address, GT_F_g_bubble, bubble);
}
