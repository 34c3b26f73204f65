/* Channels: the values in their buffer, the oldest first, and the goroutines that wait for them. */
#include "inspector/detect/values/values_impl.h"

#include "inspector/base/str.h"

#include <inttypes.h>
#include <stdio.h>

enum { MAX_WAITING = 8 };

struct channel {
    uint64_t address, count, room, buffer, next; /* next: the slot of the next receive */
    uint64_t closed;
};

static bool read_channel(const struct gt_process *process, uint64_t addr, struct channel *out)
{
    *out = (struct channel){.address = addr};
    return gt_process_field(process, addr, GT_F_hchan_qcount, &out->count) &&
           gt_process_field(process, addr, GT_F_hchan_dataqsiz, &out->room) &&
           gt_process_field(process, addr, GT_F_hchan_buf, &out->buffer) &&
           gt_process_field(process, addr, GT_F_hchan_recvx, &out->next) &&
           gt_process_field(process, addr, GT_F_hchan_closed, &out->closed) &&
           out->count <= out->room && (!out->room || out->next < out->room);
}

static void add_queue(struct gt_value_reader *reader, uint32_t place, gt_type_id elem,
                      const struct channel *channel)
{
    uint64_t size = elem ? gt_types_get(reader->types, elem)->size : 0, got;
    uint64_t shown = channel->count < reader->how.most ? channel->count : reader->how.most;
    char name[32];

    if (!elem || gt_value_fit(reader, channel->buffer, size, channel->room) < channel->room)
        shown = 0;
    uint32_t first = gt_value_parts(reader, place, shown, &got);
    for (uint32_t i = 0; i < got; i++) {
        uint64_t slot = (channel->next + i) % channel->room;
        snprintf(name, sizeof name, "[%" PRIu32 "]", i);
        gt_value_set(reader, first + i, place, name, elem, channel->buffer + slot * size, 1);
    }
    gt_value_at(reader, place)->first = first;
    gt_value_at(reader, place)->count = (uint32_t)got;
}

/* Adds the goroutines of a queue of sudogs. A queue that damage turned into a circle ends too. */
static void add_waiting(const struct gt_process *process, uint64_t channel, enum gt_field_id queue,
                        const char *what, struct gt_str *to)
{
    uint64_t sudog = 0, g, id;
    unsigned count = 0;

    gt_process_field(process, channel, queue, &sudog);
    while (sudog && count < MAX_WAITING && gt_process_field(process, sudog, GT_F_sudog_g, &g) &&
           gt_process_field(process, g, GT_F_g_goid, &id)) {
        gt_str_format(to, "%s%s%" PRIu64, to->len && !count ? "; " : "", count ? ", " : what, id);
        count++;
        if (!gt_process_field(process, sudog, GT_F_sudog_next, &sudog)) return;
    }
    if (sudog) gt_str_add(to, " and more");
}

static const char *note_of(const struct gt_value_reader *reader, const struct channel *channel)
{
    const struct gt_process *process = reader->analysis->process;
    struct gt_str text = {0};

    if (channel->closed) gt_str_add(&text, "closed");
    add_waiting(process, channel->address, GT_F_hchan_recvq_first, "receiving: goroutine ", &text);
    add_waiting(process, channel->address, GT_F_hchan_sendq_first, "sending: goroutine ", &text);
    const char *note = text.len ? gt_value_text(reader, "%s", gt_str_text(&text)) : NULL;
    gt_str_deinit(&text);
    return note;
}

void gt_value_channel(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    struct channel channel;

    value->kind = GT_TYPED_CHANNEL;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to)) {
        value->note = "the core has no memory there";
        return;
    }
    if (!value->points_to) return;
    if (!read_channel(reader->analysis->process, value->points_to, &channel)) {
        value->note = "its hchan is damaged, or not in the core";
        return;
    }
    value->len = (int64_t)channel.count;
    value->cap = (int64_t)channel.room;
    value->note = note_of(reader, &channel);
    if (gt_value_may_follow(reader, place))
        add_queue(reader, place, gt_types_elem(reader->types, id), &channel);
    value = gt_value_at(reader, place);
    value->left_out = channel.count - value->count;
}
