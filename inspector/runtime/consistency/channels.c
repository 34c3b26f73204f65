/* Checks channels that goroutines wait for: how many values they hold, where these and the buffer
 * are, who waits (runtime/chan.go). A receiver clears the place that it took a value from. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/loop.h"

enum {
    MOST_CASES = 1 << 16,  /* of a select (reflect.Select) */
    MOST_LOOKED = 1 << 20, /* bytes of a channel's places that are looked at */
    AHEAD = 16,            /* goroutines: how far ahead memory is prefetched */
    SUDOG_FETCHED = 104,   /* bytes */
};

struct channel {
    uint64_t count, room, next_sent, next_received; /* of values; of places */
    uint64_t receivers, senders;                    /* the first that waits, or 0 */
    uint64_t buffer, size;                          /* bytes of a place */
};

static bool read_channel(const struct gt_process *process, uint64_t addr, struct channel *channel)
{
    const struct {
        enum gt_field_id field;
        uint64_t *value;
    } fields[] = {
        {GT_F_hchan_qcount, &channel->count},
        {GT_F_hchan_dataqsiz, &channel->room},
        {GT_F_hchan_sendx, &channel->next_sent},
        {GT_F_hchan_recvx, &channel->next_received},
        {GT_F_hchan_recvq_first, &channel->receivers},
        {GT_F_hchan_sendq_first, &channel->senders},
        {GT_F_hchan_buf, &channel->buffer},
        {GT_F_hchan_elemsize, &channel->size},
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!gt_process_field(process, addr, fields[i].field, fields[i].value)) return false;
    channel->size &= UINT16_MAX;
    return true;
}

/* A channel with values has no receiver that waits. One with room has no sender that waits. */
static bool numbers_agree(const struct channel *channel)
{
    if (!channel->room) return !channel->count && !channel->next_sent && !channel->next_received;
    return channel->count <= channel->room && channel->next_sent < channel->room &&
           channel->next_received < channel->room &&
           (channel->next_received + channel->count) % channel->room == channel->next_sent &&
           !(channel->count && channel->receivers) &&
           !(channel->count < channel->room && channel->senders);
}

/* Is each place without a value clear? */
static bool places_agree(const struct gt_process *process, const struct channel *channel)
{
    uint64_t bytes;
    const unsigned char *places = NULL;

    if (channel->count < channel->room && gt_mul(channel->room, channel->size, &bytes) && bytes &&
        bytes <= MOST_LOOKED)
        places = gt_mem_at(process->mem, channel->buffer, bytes);
    for (uint64_t i = channel->count; places && i < channel->room; i++) {
        uint64_t place = (channel->next_received + i) % channel->room;
        if (!gt_are_zeros(places + place * channel->size, channel->size)) return false;
    }
    return true;
}

/* makechan takes the size from the type, whose first word it is. */
static bool type_agrees(const struct gt_process *process, uint64_t addr,
                        const struct channel *channel)
{
    uint64_t type, size;

    return !gt_process_field(process, addr, GT_F_hchan_elemtype, &type) ||
           !gt_mem_u64(process->mem, type, &size) || size == channel->size;
}

struct checker {
    struct gt_process *process;
    const struct gt_goheap *heap; /* NULL: all but buffers is checked; else only these */
};

/* makechan puts the buffer of values without pointers behind the channel, and that of others into
 * an object of its own. Without bytes for it, it gives the address of the field. */
static bool is_placed(const struct gt_goheap *heap, uint64_t addr, const struct channel *channel)
{
    const struct gt_layout *layout = &heap->process->layout;
    const struct gt_region *region = gt_heap_region(&heap->graph, channel->buffer);
    uint64_t bytes;

    if (!gt_mul(channel->room, channel->size, &bytes)) return false;
    if (!bytes) return channel->buffer == addr + gt_off(layout, GT_F_hchan_buf);
    if (channel->buffer == addr + layout->size[GT_S_hchan]) return true;
    if (!region) return gt_was_mapped(heap->process, channel->buffer);
    return region->slot_size >= bytes &&
           (channel->buffer - region->base - region->skip) % region->slot_size == 0;
}

static bool is_sound(const struct checker *checker, uint64_t addr, const struct channel *channel)
{
    const struct gt_process *process = checker->process;

    if (checker->heap) return is_placed(checker->heap, addr, channel);
    return numbers_agree(channel) && type_agrees(process, addr, channel) &&
           places_agree(process, channel);
}

static void check(const struct checker *checker, uint64_t addr)
{
    struct gt_process *process = checker->process;
    struct channel channel;

    if (gt_lock_is_held(process, addr, GT_F_hchan_lock) || !read_channel(process, addr, &channel))
        return;
    if (!is_sound(checker, addr, &channel))
        gt_contradict(&process->contradictions, GT_CONTRADICTION_CHANNELS, 1, addr);
}

/* True for one sudog of those in a queue, so that each channel is checked once for each queue. */
static bool is_first(const struct gt_process *process, uint64_t channel, uint64_t sudog)
{
    uint64_t receivers, senders;

    return gt_process_field(process, channel, GT_F_hchan_recvq_first, &receivers) &&
           gt_process_field(process, channel, GT_F_hchan_sendq_first, &senders) &&
           (receivers == sudog || senders == sudog);
}

/* A value is sent from somewhere and received into somewhere, or dropped. */
static bool has_value(const struct gt_process *process, uint64_t sudog)
{
    uint64_t value;

    return !gt_process_field(process, sudog, GT_F_sudog_elem, &value) || !value ||
           gt_was_mapped(process, value);
}

static void check_waits(const struct checker *checker, const struct gt_goroutine *g)
{
    struct gt_process *process = checker->process;
    uint64_t sudog, channel, owner;
    struct gt_loop loop = {0};

    if (!gt_process_field(process, g->address, GT_F_g_waiting, &sudog)) return;
    for (int i = 0; sudog && i < MOST_CASES && !gt_loop_closed(&loop, sudog); i++) {
        if (!gt_process_field(process, sudog, GT_F_sudog_g, &owner) || owner != g->address ||
            !gt_process_field(process, sudog, GT_F_sudog_c, &channel))
            return;
        if (channel && is_first(process, channel, sudog)) check(checker, channel);
        if (!checker->heap && channel && !has_value(process, sudog))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_CHANNELS, 1, channel);
        if (!gt_process_field(process, sudog, GT_F_sudog_waitlink, &sudog)) return;
    }
}

/* Prefetches the g of a later goroutine, and the wait of a nearer one. */
static void fetch_ahead(const struct gt_process *process, const struct gt_goroutines *goroutines,
                        uint32_t index)
{
    const struct gt_goroutine *list = goroutines->list;
    uint64_t sudog;

    if (index + AHEAD < goroutines->count)
        gt_mem_fetch(process->mem, list[index + AHEAD].address, GT_G_FETCHED);
    if (index + AHEAD / 2 < goroutines->count &&
        gt_process_field(process, list[index + AHEAD / 2].address, GT_F_g_waiting, &sudog) && sudog)
        gt_mem_fetch(process->mem, sudog, SUDOG_FETCHED);
}

static void check_all(const struct checker *checker, const struct gt_goroutines *goroutines)
{
    for (uint32_t i = 0; i < goroutines->count; i++) {
        fetch_ahead(checker->process, goroutines, i);
        check_waits(checker, &goroutines->list[i]);
    }
}

void gt_consistency_of_channels(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    check_all(&(struct checker){.process = process}, goroutines);
}

void gt_consistency_of_buffers(const struct gt_goheap *heap, const struct gt_goroutines *goroutines)
{
    if (heap->process->layout.size[GT_S_hchan])
        check_all(&(struct checker){.process = heap->process, .heap = heap}, goroutines);
}
