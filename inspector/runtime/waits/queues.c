/* A goroutine that does not wait must not be in the queues of all channels of its list. The list of
 * one that waits is followed. If it waits in a select, the words that its caller passed to selectgo
 * lead to channels that the list may lack. */
#include "inspector/runtime/waits/queues.h"

#include "inspector/base/loop.h"

enum {
    MOST_CASES = 1 << 16,  /* of a select (reflect.Select) */
    MOST_ARGUMENTS = 1024, /* bytes of a frame in which the cases of a select are looked for */
    MOST_BEFORE = 8,       /* goroutines before it in a queue that is not known to have it */
};

static uint64_t field_of(const struct gt_process *process, uint64_t addr, enum gt_field_id id)
{
    uint64_t value = 0;

    gt_process_field(process, addr, id, &value);
    return value;
}

static uint64_t waiting_of(const struct gt_process *process, const struct gt_goroutine *g)
{
    return field_of(process, g->address, GT_F_g_waiting);
}

/* ---- the status ---------------------------------------------------------------------------- */

/* True if the sudog of the goroutine is in its channel's queue, and no other goroutine is about to
 * take it out. */
static bool is_queued(const struct gt_process *process, uint64_t g, uint64_t sudog)
{
    uint64_t channel = field_of(process, sudog, GT_F_sudog_c), before, lock;

    if (!channel || field_of(process, sudog, GT_F_sudog_g) != g ||
        !gt_process_field(process, channel, GT_F_hchan_lock, &lock) || lock ||
        !gt_process_field(process, sudog, GT_F_sudog_prev, &before))
        return false;
    if (before) return field_of(process, before, GT_F_sudog_next) == sudog;
    return field_of(process, channel, GT_F_hchan_recvq_first) == sudog ||
           field_of(process, channel, GT_F_hchan_sendq_first) == sudog;
}

static bool is_in_all_queues(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t sudog = waiting_of(process, g), count = 0;

    if (!sudog || field_of(process, g->address, GT_F_g_param)) return false;
    for (struct gt_loop loop = {0}; sudog && !gt_loop_closed(&loop, sudog) && count < MOST_CASES;
         count++) {
        if (!is_queued(process, g->address, sudog)) return false;
        sudog = field_of(process, sudog, GT_F_sudog_waitlink);
    }
    return true;
}

/* ---- the list ------------------------------------------------------------------------------ */

static bool is_closed(const struct gt_process *process, uint64_t sudog)
{
    uint64_t channel = field_of(process, sudog, GT_F_sudog_c);

    return field_of(process, channel, GT_F_hchan_closed) & UINT32_MAX;
}

/* True if the sudog has another one before it in a channel's queue, which does not lead to it. */
static bool is_cut_off(const struct gt_process *process, uint64_t sudog)
{
    uint64_t channel = field_of(process, sudog, GT_F_sudog_c), lock;
    uint64_t before = field_of(process, sudog, GT_F_sudog_prev);

    return channel && before && gt_process_field(process, channel, GT_F_hchan_lock, &lock) &&
           !lock && field_of(process, before, GT_F_sudog_next) != sudog;
}

/* Another goroutine's sudog is reported elsewhere (scheduler.h). It ends the walk, since many lists
 * could share what follows. */
static bool is_own(const struct gt_process *process, const struct gt_goroutine *g, uint64_t sudog)
{
    return sudog && field_of(process, sudog, GT_F_sudog_g) == g->address;
}

/* A list ends, its channels are open, and their queues lead to it. */
static bool list_is_sound(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t sudog = waiting_of(process, g);
    struct gt_loop loop = {0};

    for (uint64_t count = 0; is_own(process, g, sudog) && count < MOST_CASES; count++) {
        if (gt_loop_closed(&loop, sudog) || is_cut_off(process, sudog) ||
            (is_queued(process, g->address, sudog) && is_closed(process, sudog)))
            return false;
        sudog = field_of(process, sudog, GT_F_sudog_waitlink);
    }
    return true;
}

static bool lists(const struct gt_process *process, const struct gt_goroutine *g, uint64_t wanted)
{
    uint64_t sudog = waiting_of(process, g);

    for (uint64_t count = 0; is_own(process, g, sudog) && count < MOST_CASES; count++) {
        if (sudog == wanted) return true;
        sudog = field_of(process, sudog, GT_F_sudog_waitlink);
    }
    return false;
}

/* The goroutine's sudog among the first entries of a queue; 0 if it is not there. */
static uint64_t find_in_queue(const struct gt_process *process, uint64_t sudog, uint64_t g)
{
    for (int i = 0; sudog && i < MOST_BEFORE; i++) {
        if (field_of(process, sudog, GT_F_sudog_g) == g) return sudog;
        sudog = field_of(process, sudog, GT_F_sudog_next);
    }
    return 0;
}

/* True if `word` is a channel that has the goroutine in a queue, and the goroutine's list has no
 * such entry. */
static bool is_unlisted(const struct gt_process *process, const struct gt_goroutine *g,
                        uint64_t word)
{
    static const enum gt_field_id queues[] = {GT_F_hchan_recvq_first, GT_F_hchan_sendq_first};
    uint64_t first, lock;

    if (word % 8 || !gt_process_field(process, word, GT_F_hchan_lock, &lock) || lock) return false;
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) {
        if (!gt_process_field(process, word, queues[i], &first) || !first) continue;
        uint64_t sudog = find_in_queue(process, first, g->address);
        if (sudog && field_of(process, sudog, GT_F_sudog_c) == word && !lists(process, g, sudog))
            return true;
    }
    return false;
}

/* The frame that called selectgo has the cases, which lead to the channels. */
static bool select_is_sound(const struct gt_process *process, const struct gt_goroutines *all,
                            const struct gt_goroutine *g)
{
    for (uint32_t i = 1; i + 1 < g->frame_count; i++) {
        uint64_t from = gt_g_frame(all, g, i)->cfa, to = gt_g_frame(all, g, i + 1)->cfa, word;
        if (!gt_process_is_in(process, gt_g_frame(all, g, i)->pc - 1, "runtime.selectgo")) continue;
        for (uint64_t at = from; at < to && at - from < MOST_ARGUMENTS; at += 8)
            if (gt_mem_u64(process->mem, at, &word) && word && is_unlisted(process, g, word))
                return false;
        break;
    }
    return true;
}

bool gt_queues_are_sound(const struct gt_process *process, const struct gt_goroutines *goroutines,
                         const struct gt_goroutine *g)
{
    if (g->status == GT_G_DEAD || g->status == GT_G_DEADEXTRA) return true;
    if (g->status != GT_G_WAITING && g->status != GT_G_LEAKED) return !is_in_all_queues(process, g);
    return list_is_sound(process, g) &&
           (!g->wait_reason || strncmp(g->wait_reason, "select", 6) != 0 ||
            select_is_sound(process, goroutines, g));
}
