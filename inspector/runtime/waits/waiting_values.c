/* Follows the goroutine's sudogs. A sudog has the value's address, and its channel has the type. */
#include "inspector/runtime/waits/waiting_values.h"

enum { MAX_LOOKED_AT = 256 }; /* cases of one select that are searched for one word */

static bool waits_in_channels(const struct gt_goroutine *g)
{
    return g->wait_reason &&
           (strncmp(g->wait_reason, "chan ", 5) == 0 || strncmp(g->wait_reason, "select", 6) == 0);
}

/* A channel has a queue of senders or one of receivers. Only a select that both sends and receives
 * on one channel is in both; it counts as receiving. */
static bool read_value(const struct gt_process *process, uint64_t sudog,
                       struct gt_waiting_value *out)
{
    uint64_t channel, element, receivers = 0;

    if (!gt_process_field(process, sudog, GT_F_sudog_elem, &out->addr) || !out->addr ||
        !gt_process_field(process, sudog, GT_F_sudog_c, &channel) || !channel ||
        !gt_process_field(process, channel, GT_F_hchan_elemtype, &element))
        return false;
    gt_process_field(process, channel, GT_F_hchan_recvq_first, &receivers);
    out->type = gt_types_at(process->types, element);
    out->sent = receivers == 0;
    return out->type != GT_NO_TYPE;
}

static bool first_sudog(const struct gt_process *process, const struct gt_goroutine *g,
                        uint64_t *sudog)
{
    return waits_in_channels(g) && gt_process_field(process, g->address, GT_F_g_waiting, sudog);
}

bool gt_waiting_value_at(const struct gt_process *process, const struct gt_goroutine *g,
                         uint64_t addr, struct gt_waiting_value *out)
{
    uint64_t sudog;

    if (!first_sudog(process, g, &sudog)) return false;
    for (int i = 0; sudog && i < MAX_LOOKED_AT; i++) {
        if (read_value(process, sudog, out) &&
            addr - out->addr < gt_types_get(process->types, out->type)->size)
            return true;
        if (!gt_process_field(process, sudog, GT_F_sudog_waitlink, &sudog)) return false;
    }
    return false;
}
