/* Pointers of many objects are handled in one run, in four passes: the regions are fetched ahead,
 * then the bits of live objects, then targets are added and the entries of leaves are fetched, then
 * the edges to leaves are added. */
#include "inspector/graph/dominators/targets.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

enum {
    RUN = 128,    /* pointers of a run, fetched together */
    SPARSE = 128, /* bytes of a slot, from which on there may be cache lines without pointers */
    AHEAD = 1024, /* bytes */
    LINE = 64,
};

struct lister {
    struct gt_targets *targets;
    const struct gt_heap *heap;
    const struct gt_rank *live;
    const struct gt_targets_tables *tables;
    struct gt_bitmap *inner;
    uint32_t from;    /* the object whose words are read */
    uint32_t listing; /* the one whose list is being made; GT_NO_OBJECT: none */
    uint32_t first;   /* where that list begins */
    uint32_t ranks;   /* of inner objects so far; that one has the last */
    uint32_t dropped; /* the first object that is not listed; GT_NO_OBJECT: all are */
    size_t run, leaves;
    struct gt_found found[RUN]; /* from: an object */
    uint32_t objects[RUN];
    struct gt_leaf_edge leaf[RUN]; /* to objects without pointers, from ranks */
};

/* ---- lists --------------------------------------------------------------------------------- */

static bool is_full(const struct lister *lister)
{
    return lister->dropped != GT_NO_OBJECT;
}

/* There is no room for this object's list, nor is any given to objects after it. A list that has
 * begun gets no end, so that it is none. */
static void drop_list(struct lister *lister, uint32_t object)
{
    lister->listing = GT_NO_OBJECT;
    if (!is_full(lister)) lister->dropped = object;
}

/* An object that leads to none with pointers has itself as its target. */
GT_INLINE void end_list(struct lister *lister)
{
    struct gt_targets *targets = lister->targets;

    if (lister->listing == GT_NO_OBJECT) return;
    if (targets->count == lister->first) targets->list[targets->count++] = lister->listing;
    targets->list[targets->count - 1] |= GT_TARGETS_LAST;
    lister->listing = GT_NO_OBJECT;
}

/* Objects come in their order, so that each inner one has the next rank. A list that begins has
 * room for one target. */
GT_INLINE bool begin_list(struct lister *lister, uint32_t from)
{
    const struct gt_targets *targets = lister->targets;

    end_list(lister);
    if (targets->count == targets->most) {
        drop_list(lister, from);
        return false;
    }
    gt_bit_set(lister->inner, from);
    lister->listing = from;
    lister->first = targets->count;
    lister->ranks++;
    return true;
}

/* An object that repeats a target has it once, if no other is between. */
GT_INLINE void add_target(struct lister *lister, uint32_t target)
{
    struct gt_targets *targets = lister->targets;

    if (targets->count > lister->first && targets->list[targets->count - 1] == target) return;
    if (targets->count < targets->most)
        targets->list[targets->count++] = target;
    else
        drop_list(lister, lister->listing);
}

/* Fetches the leaf's entry. */
static void add_leaf(struct lister *lister, uint32_t leaf)
{
    __builtin_prefetch(&lister->tables->place[leaf], 1);
    lister->leaf[lister->leaves++] = (struct gt_leaf_edge){lister->ranks - 1, leaf};
}

GT_INLINE void add_edge(struct lister *lister, uint32_t from, uint32_t to)
{
    if (from == to || (lister->listing != from && !begin_list(lister, from))) return;
    if (to < lister->heap->scan_objects)
        add_target(lister, to);
    else
        add_leaf(lister, gt_rank_of(lister->live, to));
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* The object that the pointer leads to. Fetches what says whether it is live, and its rank. */
static uint32_t aim(const struct lister *lister, const struct gt_found *found)
{
    struct gt_aimed aimed = gt_follow_aim(lister->heap, *found);

    if (!aimed.region) return GT_NO_OBJECT;
    __builtin_prefetch(&lister->live->set->words[aimed.object >> 6]);
    if (aimed.object >= lister->heap->scan_objects)
        __builtin_prefetch(&lister->live->before[aimed.object >> 6]);
    return aimed.object;
}

static void finish_leaves(struct lister *lister)
{
    for (size_t i = 0; i < lister->leaves; i++)
        gt_targets_add_leaf(lister->tables, lister->leaf[i].from, lister->leaf[i].leaf);
    lister->leaves = 0;
}

static void finish_run(struct lister *lister)
{
    size_t count = lister->run;

    lister->run = 0;
    for (size_t i = 0; i < count; i++)
        lister->objects[i] = aim(lister, &lister->found[i]);
    for (size_t i = 0; i < count; i++) {
        uint32_t object = lister->objects[i];
        if (object != GT_NO_OBJECT && gt_bit(lister->live->set, object))
            add_edge(lister, lister->found[i].from, object);
    }
    finish_leaves(lister);
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

/* Fetches as many words as one load of the mask is for. All of them: where some lines are left out,
 * the processor sees no order and fetches none by itself. */
GT_INLINE void fetch_ahead(const struct gt_region *region, uint64_t word)
{
    uintptr_t bytes = (uintptr_t)region->bytes + word * 8 + AHEAD;

    for (unsigned line = 0; line < GT_WALK_BITS * 8; line += LINE)
        __builtin_prefetch((const void *)(bytes + line));
}

/* One bitmap has the pointers of all slots, so that a step over a slot costs little. */
static void list_together(struct lister *lister, const struct gt_region *region)
{
    uint64_t words = region->slot_size / 8, count = region->count * words, end = words;
    bool live = gt_bit(lister->live->set, region->first);

    lister->from = region->first;
    for (uint64_t word = 0; word < count; word += GT_WALK_BITS) {
        uint64_t bits = gt_walk_load(region->mask, region->mask_bytes, word) &
                        gt_low_bits(gt_walk_min(count - word, GT_WALK_BITS));
        if (region->slot_size >= SPARSE) fetch_ahead(region, word);
        for (; bits; bits &= bits - 1) {
            uint64_t at = word + (uint64_t)__builtin_ctzll(bits);
            for (; at >= end; end += words)
                live = gt_bit(lister->live->set, ++lister->from);
            if (live) follow(lister, 0, gt_load64(region->bytes + at * 8));
        }
    }
}

static void list_slots(struct lister *lister, const struct gt_region *region)
{
    size_t end = (size_t)region->first + region->count;

    for (size_t at = gt_bitmap_next(lister->live->set, region->first); at < end;
         at = gt_bitmap_next(lister->live->set, at + 1)) {
        lister->from = (uint32_t)at;
        gt_walk_slot(lister->heap, region, lister->from - region->first, region->slot_size / 8,
                     follow, lister);
    }
}

static void list_region(struct lister *lister, const struct gt_region *region)
{
    size_t end = (size_t)region->first + region->count;

    if (!region->bytes || gt_bitmap_next(lister->live->set, region->first) >= end) return;
    if (region->scan == GT_SCAN_BITMAP && !region->sparse)
        list_together(lister, region);
    else
        list_slots(lister, region);
}

/* Objects with pointers from the one on whose list was dropped. */
static void add_unlisted(const struct lister *lister)
{
    const struct gt_bitmap *live = lister->live->set;
    size_t end = lister->heap->scan_objects;

    for (size_t at = gt_bitmap_next(live, lister->dropped); at < end;
         at = gt_bitmap_next(live, at + 1))
        gt_bit_set(lister->inner, at);
}

static void list_all(struct lister *lister)
{
    const struct gt_heap *heap = lister->heap;

    for (uint32_t i = 0; i < heap->region_count && !is_full(lister); i++)
        if (heap->regions[i].scan != GT_SCAN_NONE) list_region(lister, &heap->regions[i]);
    finish_run(lister);
    end_list(lister);
    if (is_full(lister)) add_unlisted(lister);
}

void gt_targets_init(struct gt_targets *targets, const struct gt_heap *heap,
                     const struct gt_rank *live, const struct gt_targets_tables *tables,
                     uint64_t most, struct gt_bitmap *inner)
{
    uint64_t room = GT_TARGETS_UNLISTED - GT_TARGETS_UNSEEN;
    struct lister lister = {.targets = targets,
                            .heap = heap,
                            .live = live,
                            .tables = tables,
                            .inner = inner,
                            .listing = GT_NO_OBJECT,
                            .dropped = GT_NO_OBJECT};

    *targets = (struct gt_targets){.most = (uint32_t)gt_walk_min(most, room),
                                   .plain = gt_rank_below(live, heap->scan_objects)};
    gt_targets_clear(tables, targets->plain, gt_rank_count(live));
    targets->list = gt_alloc((size_t)targets->most * sizeof *targets->list);
    list_all(&lister);
}

void gt_targets_deinit(struct gt_targets *targets)
{
    gt_free(targets->list);
    *targets = (struct gt_targets){0};
}
