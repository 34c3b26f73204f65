/* The spread of kinds from the roots, and the sums over the kinds that each object goes with. */
#include "inspector/graph/kind_retention.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

struct spread {
    const struct gt_kinds_of_objects *objects;
    struct gt_sets sets;      /* of kinds */
    uint32_t *set;            /* by rank: the kinds on all paths to it; GT_SET_ALL: not reached yet
                               */
    struct gt_bitmap waiting; /* by rank */
    uint32_t *queue;          /* a ring of objects to be visited */
    uint32_t size, head, tail;
    struct gt_follow follow;
    uint32_t from;    /* set of the edges that are followed now */
    uint64_t address; /* pointers into `inside` bytes from `address` on are dropped */
    uint64_t inside;
};

static uint32_t count_scanned(const struct gt_kinds_of_objects *objects)
{
    const struct gt_bitmap *live = objects->rank->set;
    uint32_t end = objects->heap->scan_objects;

    return end < live->bits ? gt_rank_of(objects->rank, end) : gt_rank_count(objects->rank);
}

static void begin(struct spread *spread, const struct gt_kinds_of_objects *objects)
{
    uint32_t count = gt_rank_count(objects->rank);

    *spread = (struct spread){.objects = objects, .size = count_scanned(objects) + 1};
    gt_sets_init(&spread->sets, objects->kinds);
    spread->set = gt_calloc((size_t)count + 1, sizeof *spread->set);
    gt_bitmap_init(&spread->waiting, count);
    spread->queue = gt_alloc(spread->size * sizeof *spread->queue);
}

static void end(struct spread *spread)
{
    gt_sets_deinit(&spread->sets);
    gt_free(spread->set);
    gt_bitmap_deinit(&spread->waiting);
    gt_free(spread->queue);
}

static void push(struct spread *spread, uint32_t object)
{
    spread->queue[spread->tail] = object;
    spread->tail = spread->tail + 1 == spread->size ? 0 : spread->tail + 1;
}

static uint32_t pop(struct spread *spread)
{
    uint32_t object = spread->queue[spread->head];

    spread->head = spread->head + 1 == spread->size ? 0 : spread->head + 1;
    return object;
}

/* ---- the walk ------------------------------------------------------------------------------ */

static void fetch(const void *ctx, uint32_t object)
{
    const struct gt_rank *rank = ((const struct spread *)ctx)->objects->rank;

    __builtin_prefetch(&rank->set->words[object >> 6]);
    __builtin_prefetch(&rank->before[object >> 6]);
}

GT_INLINE void settle(void *ctx, struct gt_aimed aimed)
{
    struct spread *spread = ctx;
    const struct gt_kinds_of_objects *objects = spread->objects;

    if (!gt_bit(objects->rank->set, aimed.object)) return;
    uint32_t place = gt_rank_of(objects->rank, aimed.object), *set = &spread->set[place];
    uint32_t now = gt_sets_meet(&spread->sets, *set, aimed.from);
    if (now == *set) return;
    *set = now;
    if (aimed.object >= objects->heap->scan_objects) return;
    if (!gt_bit_test_set(&spread->waiting, place)) push(spread, aimed.object);
}

static void send(void *ctx, uint64_t offset, uint64_t value)
{
    struct spread *spread = ctx;

    (void)offset;
    if (value - spread->address < spread->inside) return;
    gt_follow(&spread->follow, spread->objects->heap, value, spread->from, fetch, settle, spread);
}

static void follow_words(struct spread *spread, uint32_t object)
{
    const struct gt_heap *heap = spread->objects->heap;
    const struct gt_region *region = gt_heap_region_of(heap, object);

    gt_walk_slot(heap, region, object - region->first, region->slot_size / 8, send, spread);
}

static void scan(struct spread *spread, uint32_t object)
{
    uint32_t place = gt_rank_of(spread->objects->rank, object);

    gt_bit_clear(&spread->waiting, place);
    spread->from =
        gt_sets_join(&spread->sets, spread->set[place], gt_set_of(spread->objects->kind[place]));
    follow_words(spread, object);
}

static void drain(struct spread *spread)
{
    do {
        while (spread->head != spread->tail)
            scan(spread, pop(spread));
        gt_follow_all(&spread->follow, spread->objects->heap, fetch, settle, spread);
    } while (spread->head != spread->tail);
}

static void seed(struct spread *spread, const struct gt_kind_root *root)
{
    const struct gt_heap *heap = spread->objects->heap;
    uint32_t object = gt_heap_object(heap, root->value);

    spread->from = GT_SET_NONE;
    if (object == GT_NO_OBJECT) return;
    if (!root->contents) {
        send(spread, 0, root->value);
        return;
    }
    spread->address = gt_heap_address(heap, object);
    spread->inside = gt_heap_size(heap, object);
    follow_words(spread, object);
    spread->inside = 0;
}

/* ---- sums ---------------------------------------------------------------------------------- */

/* An object goes with its own kind, and with the kinds of its set. */
static void add_object(const struct spread *spread, uint32_t place, uint64_t size,
                       struct gt_owned *of_set, struct gt_owned *out)
{
    uint32_t set = spread->set[place], kind = spread->objects->kind[place];

    of_set[set].bytes += size;
    of_set[set].objects++;
    if (set > GT_SET_NONE && gt_sets_has(&spread->sets, set, kind)) return;
    out[kind].bytes += size;
    out[kind].objects++;
}

static void add_objects(const struct spread *spread, struct gt_owned *of_set, struct gt_owned *out)
{
    const struct gt_bitmap *live = spread->objects->rank->set;
    uint32_t place = 0;

    for (size_t object = gt_bitmap_next(live, 0); object < live->bits;) {
        const struct gt_region *region = gt_heap_region_of(spread->objects->heap, (uint32_t)object);
        size_t end = (size_t)region->first + region->count;
        for (; object < end; object = gt_bitmap_next(live, object + 1))
            add_object(spread, place++, region->slot_size, of_set, out);
    }
}

static void add_members(const struct spread *spread, uint32_t set, struct gt_owned owned,
                        struct gt_owned *out)
{
    uint32_t members[GT_SET_MAX];
    size_t count = owned.objects ? gt_sets_members(&spread->sets, set, members) : 0;

    for (size_t i = 0; i < count; i++) {
        out[members[i]].bytes += owned.bytes;
        out[members[i]].objects += owned.objects;
    }
}

void gt_kind_retention(const struct gt_kinds_of_objects *objects, const struct gt_kind_root *roots,
                       size_t count, struct gt_owned *out)
{
    struct spread spread;

    begin(&spread, objects);
    for (size_t i = 0; i < count; i++)
        seed(&spread, &roots[i]);
    drain(&spread);
    struct gt_owned *of_set = gt_calloc(gt_sets_end(&spread.sets), sizeof *of_set);
    add_objects(&spread, of_set, out);
    for (uint32_t set = GT_SET_FIRST; set < gt_sets_end(&spread.sets); set++)
        add_members(&spread, set, of_set[set], out);
    gt_free(of_set);
    end(&spread);
}
