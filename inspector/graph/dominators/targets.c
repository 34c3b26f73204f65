/* Pointers of many objects are handled in one run, in three passes: the regions, then the objects'
 * ranks are fetched ahead, then the edges are added. */
#include "inspector/graph/dominators/targets.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

enum { RUN = 128 /* pointers of a run, fetched together */ };

struct lister {
    struct gt_targets *targets;
    const struct gt_heap *heap;
    const struct gt_rank *rank;
    const struct gt_targets_tables *tables;
    uint32_t from;    /* rank of the object whose words are read */
    uint32_t listing; /* that of the object whose list is being made; GT_TARGETS_NONE: none */
    bool full;        /* nothing more is listed */
    size_t run;
    struct gt_found found[RUN]; /* from: a rank */
    uint32_t objects[RUN];
};

/* ---- lists --------------------------------------------------------------------------------- */

static void end_list(struct lister *lister)
{
    struct gt_targets *targets = lister->targets;

    if (lister->listing != GT_TARGETS_NONE) targets->list[targets->count - 1] |= GT_TARGETS_LAST;
    lister->listing = GT_TARGETS_NONE;
}

static void begin_list(struct lister *lister, uint32_t from)
{
    end_list(lister);
    lister->tables->place[from] =
        lister->full ? GT_TARGETS_UNLISTED : GT_TARGETS_UNSEEN | lister->targets->count;
    if (!lister->full) lister->listing = from;
}

/* There is no room for another target of this object, so it has none. */
static void drop_list(struct lister *lister)
{
    struct gt_targets *targets = lister->targets;
    uint32_t *place = &lister->tables->place[lister->listing];

    targets->count = *place & ~GT_TARGETS_UNSEEN;
    *place = GT_TARGETS_UNLISTED;
    lister->listing = GT_TARGETS_NONE;
    lister->full = true;
}

static void add_target(struct lister *lister, uint32_t target)
{
    struct gt_targets *targets = lister->targets;

    if (targets->count == targets->most)
        drop_list(lister);
    else
        targets->list[targets->count++] = target;
}

/* An object that repeats a target has it once, if nothing is between. */
static void add_edge(struct lister *lister, uint32_t from, uint32_t to)
{
    const struct gt_targets *targets = lister->targets;

    if (from == to) return;
    if (lister->listing != from) {
        begin_list(lister, from);
        if (lister->listing == from) add_target(lister, to);
    } else if (targets->list[targets->count - 1] != to) {
        add_target(lister, to);
    }
}

static void add_leaf(const struct gt_targets_tables *tables, uint32_t from, uint32_t leaf)
{
    struct gt_leaf_edge edge = {from, leaf};

    if (tables->place[leaf] == GT_TARGETS_NONE)
        tables->place[leaf] = from;
    else if (tables->place[leaf] != from)
        gt_vec_add(tables->leaf_edges, &edge);
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* The live object that the pointer leads to. Fetches its rank ahead. */
static uint32_t aim(const struct lister *lister, const struct gt_found *found)
{
    struct gt_aimed aimed = gt_follow_aim(lister->heap, *found);

    if (!aimed.region) return GT_NO_OBJECT;
    __builtin_prefetch(&lister->rank->set->words[aimed.object >> 6]);
    __builtin_prefetch(&lister->rank->before[aimed.object >> 6]);
    return aimed.object;
}

static void finish_run(struct lister *lister)
{
    size_t count = lister->run;

    lister->run = 0;
    for (size_t i = 0; i < count; i++)
        lister->objects[i] = aim(lister, &lister->found[i]);
    for (size_t i = 0; i < count; i++) {
        uint32_t object = lister->objects[i], from = lister->found[i].from;
        if (object == GT_NO_OBJECT || !gt_bit(lister->rank->set, object)) continue;
        uint32_t rank = gt_rank_of(lister->rank, object);
        if (rank < lister->tables->first_leaf)
            add_edge(lister, from, rank);
        else
            add_leaf(lister->tables, from, rank);
    }
}

GT_INLINE void follow(void *ctx, uint64_t offset, uint64_t value)
{
    struct lister *lister = ctx;
    struct gt_found found = gt_follow_find(lister->heap, value, lister->from);

    (void)offset;
    if (!found.region) return;
    __builtin_prefetch(&lister->heap->regions[found.region - 1]);
    lister->found[lister->run++] = found;
    if (lister->run == RUN) finish_run(lister);
}

/* ---- all objects --------------------------------------------------------------------------- */

/* One bitmap has the pointers of all slots, so that a step over a slot costs little. */
static void list_together(struct lister *lister, const struct gt_region *region)
{
    const struct gt_bitmap *set = lister->rank->set;
    uint64_t words = region->slot_size / 8, count = region->count * words, end = words;
    size_t object = region->first;
    bool live = gt_bit(set, object);

    for (uint64_t word = 0; word < count; word += GT_WALK_BITS) {
        uint64_t bits = gt_walk_load(region->mask, region->mask_bytes, word) &
                        gt_low_bits(gt_walk_min(count - word, GT_WALK_BITS));
        for (; bits; bits &= bits - 1) {
            uint64_t at = word + (uint64_t)__builtin_ctzll(bits);
            for (; at >= end; end += words) {
                lister->from += live;
                live = gt_bit(set, ++object);
            }
            if (live) follow(lister, 0, gt_load64(region->bytes + at * 8));
        }
    }
}

static void list_slots(struct lister *lister, const struct gt_region *region)
{
    const struct gt_bitmap *set = lister->rank->set;
    size_t end = (size_t)region->first + region->count;

    for (size_t at = gt_bitmap_next(set, region->first); at < end;
         at = gt_bitmap_next(set, at + 1), lister->from++)
        gt_walk_slot(lister->heap, region, (uint32_t)at - region->first, region->slot_size / 8,
                     follow, lister);
}

static void list_none(struct lister *lister, uint32_t end)
{
    while (lister->from < end)
        lister->tables->place[lister->from++] = GT_TARGETS_UNLISTED;
}

static void list_region(struct lister *lister, const struct gt_region *region)
{
    uint32_t end = gt_rank_below(lister->rank, region->first + region->count);

    if (lister->full)
        list_none(lister, end);
    else if (!region->bytes || lister->from == end)
        ;
    else if (region->scan == GT_SCAN_BITMAP && !region->sparse)
        list_together(lister, region);
    else
        list_slots(lister, region);
    lister->from = end;
}

void gt_targets_init(struct gt_targets *targets, const struct gt_heap *heap,
                     const struct gt_rank *rank, const struct gt_targets_tables *tables)
{
    uint64_t room = GT_TARGETS_UNLISTED - GT_TARGETS_UNSEEN;
    struct lister lister = {.targets = targets,
                            .heap = heap,
                            .rank = rank,
                            .tables = tables,
                            .listing = GT_TARGETS_NONE};

    *targets = (struct gt_targets){.most = (uint32_t)gt_walk_min(tables->most, room)};
    targets->list = gt_alloc((size_t)targets->most * sizeof *targets->list);
    for (uint32_t i = 0; i < heap->region_count && lister.from < tables->first_leaf; i++)
        list_region(&lister, &heap->regions[i]);
    finish_run(&lister);
    end_list(&lister);
}

void gt_targets_deinit(struct gt_targets *targets)
{
    gt_free(targets->list);
    *targets = (struct gt_targets){0};
}
