/* Pointers of many objects are handled in one run, in three passes: the regions, then the objects'
 * ranks are fetched ahead, then the edges are added. */
#include "inspector/graph/dominators/targets.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

enum {
    RUN = 128,     /* pointers of a run, fetched together */
    TOGETHER = 32, /* chunks */
};

struct lister {
    struct gt_targets *targets;
    const struct gt_heap *heap;
    const struct gt_rank *rank;
    const struct gt_targets_tables *tables;
    uint32_t from;        /* rank of the object whose words are read */
    uint32_t listing;     /* that of the object whose list is being made; GT_TARGETS_NONE: none */
    uint32_t groups;      /* how many groups have their base */
    uint32_t *last, *end; /* the last target, and the end of its chunk; NULL: there is none */
    uint32_t *slab;       /* what is left of the last one */
    size_t chunks_left;   /* in it */
    size_t run;
    struct gt_found found[RUN]; /* from: a rank */
    uint32_t objects[RUN];
};

/* ---- lists --------------------------------------------------------------------------------- */

static uint64_t count_targets(const struct lister *lister)
{
    return (lister->targets->chunks.len << GT_TARGETS_CHUNK_SHIFT) -
           (lister->last ? (uint64_t)(lister->end - lister->last - 1) : 0);
}

/* The first chunks are alone. Later ones are allocated together, for large pages. */
static void add_chunk(struct lister *lister)
{
    struct gt_targets *targets = lister->targets;
    size_t size = (size_t)1 << GT_TARGETS_CHUNK_SHIFT;

    if (!lister->chunks_left) {
        lister->chunks_left = targets->chunks.len < TOGETHER ? 1 : TOGETHER;
        lister->slab = gt_alloc(lister->chunks_left * size * sizeof *lister->slab);
        gt_vec_add(&targets->slabs, &lister->slab);
    }
    lister->chunks_left--;
    lister->last = lister->slab;
    lister->end = lister->slab += size;
    gt_vec_add(&targets->chunks, &lister->last);
}

static void add_target(struct lister *lister, uint32_t target)
{
    if (!lister->last || ++lister->last == lister->end) add_chunk(lister);
    *lister->last = target;
}

static void end_list(struct lister *lister)
{
    if (lister->listing != GT_TARGETS_NONE) *lister->last |= GT_TARGETS_LAST;
    lister->listing = GT_TARGETS_NONE;
}

/* Groups get their base when one of their objects, or a later one, has its first target. */
static void begin_list(struct lister *lister, uint32_t from)
{
    struct gt_targets *targets = lister->targets;
    uint32_t group = from >> GT_TARGETS_GROUP_SHIFT;
    uint64_t count = count_targets(lister);

    end_list(lister);
    while (lister->groups <= group)
        targets->base[lister->groups++] = count;
    uint64_t place = count - targets->base[group];
    bool near = place < GT_TARGETS_UNLISTED - GT_TARGETS_UNSEEN;
    lister->tables->place[from] = near ? GT_TARGETS_UNSEEN | (uint32_t)place : GT_TARGETS_UNLISTED;
    if (near) lister->listing = from;
}

/* An object that repeats a target has it once, if nothing is between. */
static void add_edge(struct lister *lister, uint32_t from, uint32_t to)
{
    if (from == to) return;
    if (lister->listing != from) {
        begin_list(lister, from);
        if (lister->listing == from) add_target(lister, to);
    } else if (*lister->last != to) {
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

    if (count_targets(lister) >= lister->tables->most)
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
    size_t groups = (tables->first_leaf >> GT_TARGETS_GROUP_SHIFT) + (size_t)1;
    struct lister lister = {.targets = targets,
                            .heap = heap,
                            .rank = rank,
                            .tables = tables,
                            .listing = GT_TARGETS_NONE};

    *targets = (struct gt_targets){.base = gt_alloc(groups * sizeof *targets->base),
                                   .chunks = GT_VEC_OF(uint32_t *),
                                   .slabs = GT_VEC_OF(uint32_t *)};
    for (uint32_t i = 0; i < heap->region_count && lister.from < tables->first_leaf; i++)
        list_region(&lister, &heap->regions[i]);
    finish_run(&lister);
    end_list(&lister);
}

void gt_targets_deinit(struct gt_targets *targets)
{
    for (size_t i = 0; i < targets->slabs.len; i++)
        gt_free(((uint32_t **)targets->slabs.data)[i]);
    gt_vec_deinit(&targets->slabs);
    gt_vec_deinit(&targets->chunks);
    gt_free(targets->base);
    *targets = (struct gt_targets){0};
}
