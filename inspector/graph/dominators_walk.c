/*
 * All pointers of a node are pushed at once, and an object gets its number when it is popped. That
 * is depth first, in whatever order its pointers were pushed.
 *
 * The cost is waiting for memory. So the pointers of an object are handled in runs, each in three
 * passes: the regions, then the objects and their words are fetched ahead, then the objects are
 * pushed. Whether an object has a number is asked when it is popped: until then its entry is
 * fetched, as its words are. Edges to leaves and to numbered objects decide nothing in the walk. So
 * they wait in short queues until what they change is fetched.
 */
#include "inspector/base/alloc.h"
#include "inspector/graph/dominators_impl.h"
#include "inspector/graph/follow.h"

#include <string.h>

enum {
    RUN = 64,  /* pointers of a run, fetched together */
    LATE = 16, /* a power of two */
};

struct waiting { /* an object on the stack, and the node that pushed it */
    uint32_t object, from;
    uint32_t region; /* the object's, as in the page table */
    uint32_t rank;   /* the object's */
};

struct late { /* edges that are handled later, in their order: what they need is being fetched */
    struct {
        uint32_t from, to;
    } ring[LATE];
    unsigned in, out; /* counts of those that came and went */
};

struct walker {
    struct gt_dominator_walk *walk;
    const struct gt_heap *heap;
    const struct gt_rank *rank;
    struct gt_vec stack; /* struct waiting */
    uint32_t from;       /* the node whose pointers are followed */
    uint32_t skipped;    /* an object that is left out among its targets; GT_NO_OBJECT: none */
    size_t run;
    struct gt_found found[RUN];
    uint32_t objects[RUN];
    struct late leaves, edges;
};

static uint32_t add_node(struct gt_dominator_walk *walk, uint32_t parent)
{
    walk->parent[walk->count] = parent;
    return walk->count++;
}

/* Records an edge to a node that has its number. */
static void note_edge(struct gt_dominator_walk *walk, uint32_t from, uint32_t to)
{
    uint32_t *head = &walk->heads[to];

    if (to == from || walk->parent[to] == from) return;
    if (walk->edges.len == UINT32_MAX) return;
    if (*head) {
        const struct gt_dominator_edge *last = gt_vec_at(&walk->edges, *head - 1);
        if (last->from == from) return;
    }
    struct gt_dominator_edge edge = {from, *head};
    gt_vec_add(&walk->edges, &edge);
    *head = (uint32_t)walk->edges.len;
}

/* A leaf needs no number, since the walk does not go on from it. */
static void meet_leaf(struct gt_dominator_walk *walk, uint32_t from, uint32_t leaf)
{
    struct gt_leaf_edge edge = {from, leaf};

    if (walk->place[leaf] == GT_NO_NODE)
        walk->place[leaf] = from;
    else if (walk->place[leaf] != from)
        gt_vec_add(&walk->leaf_edges, &edge);
}

static void handle_leaf(struct walker *walker)
{
    struct late *late = &walker->leaves;
    unsigned at = late->out++ % LATE;

    meet_leaf(walker->walk, late->ring[at].from, late->ring[at].to);
}

static void handle_edge(struct walker *walker)
{
    struct late *late = &walker->edges;
    unsigned at = late->out++ % LATE;

    note_edge(walker->walk, late->ring[at].from, late->ring[at].to);
}

static void meet_leaf_later(struct walker *walker, uint32_t from, uint32_t leaf)
{
    struct late *late = &walker->leaves;

    __builtin_prefetch(&walker->walk->place[leaf], 1);
    if (late->in - late->out == LATE) handle_leaf(walker);
    late->ring[late->in % LATE].from = from;
    late->ring[late->in++ % LATE].to = leaf;
}

static void note_edge_later(struct walker *walker, uint32_t from, uint32_t to)
{
    struct late *late = &walker->edges;

    __builtin_prefetch(&walker->walk->heads[to], 1);
    __builtin_prefetch(&walker->walk->parent[to]);
    if (late->in - late->out == LATE) handle_edge(walker);
    late->ring[late->in % LATE].from = from;
    late->ring[late->in++ % LATE].to = to;
}

static void handle_late(struct walker *walker)
{
    while (walker->leaves.in != walker->leaves.out)
        handle_leaf(walker);
    while (walker->edges.in != walker->edges.out)
        handle_edge(walker);
}

/* Pushes the object, which is in `region`. The object pushed last is popped first. The stack has
 * room for it. */
static void meet(struct walker *walker, uint32_t object, uint32_t region)
{
    uint32_t rank = gt_rank_of(walker->rank, object);

    if (object >= walker->heap->scan_objects) {
        meet_leaf_later(walker, walker->from, rank);
    } else if (object != walker->skipped) {
        struct waiting waiting = {object, walker->from, region, rank};
        __builtin_prefetch(&walker->walk->place[rank], 1);
        ((struct waiting *)walker->stack.data)[walker->stack.len++] = waiting;
    }
}

/* The live object that the pointer leads to. Fetches its rank and its words ahead. */
static uint32_t aim(const struct walker *walker, const struct gt_found *found)
{
    struct gt_aimed aimed = gt_follow_aim(walker->heap, *found);
    const struct gt_region *region = &walker->heap->regions[found->region - 1];

    if (!aimed.region) return GT_NO_OBJECT;
    if (region->scan != GT_SCAN_NONE) gt_follow_fetch_slot(region, aimed.object - region->first);
    __builtin_prefetch(&walker->rank->set->words[aimed.object >> 6]);
    __builtin_prefetch(&walker->rank->before[aimed.object >> 6]);
    return aimed.object;
}

static void finish_run(struct walker *walker)
{
    size_t count = walker->run;

    walker->run = 0;
    gt_vec_reserve(&walker->stack, walker->stack.len + count);
    for (size_t i = 0; i < count; i++)
        walker->objects[i] = aim(walker, &walker->found[i]);
    for (size_t i = 0; i < count; i++) {
        uint32_t object = walker->objects[i];
        if (object != GT_NO_OBJECT && gt_bit(walker->rank->set, object))
            meet(walker, object, walker->found[i].region);
    }
}

GT_INLINE void follow(void *ctx, uint64_t offset, uint64_t value)
{
    struct walker *walker = ctx;
    struct gt_found found = gt_follow_find(walker->heap, value, 0);

    (void)offset;
    if (!found.region) return;
    __builtin_prefetch(&walker->heap->regions[found.region - 1]);
    walker->found[walker->run++] = found;
    if (walker->run == RUN) finish_run(walker);
}

static void follow_words(struct walker *walker, uint32_t object, const struct gt_region *region)
{
    gt_walk_slot(walker->heap, region, object - region->first, region->slot_size / 8, follow,
                 walker);
    finish_run(walker);
}

/* Numbers what is on the stack, and everything that it leads to. */
static void drain(struct walker *walker)
{
    struct gt_dominator_walk *walk = walker->walk;

    walker->skipped = GT_NO_OBJECT;
    while (walker->stack.len > 0) {
        struct waiting last = ((const struct waiting *)walker->stack.data)[--walker->stack.len];
        uint32_t *node = &walk->place[last.rank];
        if (*node != GT_NO_NODE) {
            note_edge_later(walker, last.from, *node);
            continue;
        }
        *node = walker->from = add_node(walk, last.from);
        follow_words(walker, last.object, &walker->heap->regions[last.region - 1]);
    }
}

static void seed(struct walker *walker, const struct gt_dominator_root *root)
{
    walker->skipped = GT_NO_OBJECT;
    if (root->contents) {
        uint32_t object = gt_heap_object(walker->heap, root->value);
        if (object == GT_NO_OBJECT) return;
        walker->skipped = object;
        follow_words(walker, object, gt_heap_region_of(walker->heap, object));
    } else {
        follow(walker, 0, root->value);
        finish_run(walker);
    }
}

static void walk_groups(struct walker *walker, const struct gt_dominator_root *roots, size_t count)
{
    for (size_t i = 0; i < count;) {
        uint32_t group = roots[i].group;
        walker->from = add_node(walker->walk, 0);
        gt_vec_add(&walker->walk->groups, &(struct gt_group_node){walker->from, group});
        for (; i < count && roots[i].group == group; i++)
            seed(walker, &roots[i]);
        drain(walker);
    }
}

static size_t count_groups(const struct gt_dominator_root *roots, size_t count)
{
    size_t groups = 0;

    for (size_t i = 0; i < count; i++)
        groups += i == 0 || roots[i].group != roots[i - 1].group;
    return groups;
}

void gt_dominator_walk_run(struct gt_dominator_walk *walk, const struct gt_heap *heap,
                           const struct gt_rank *rank, const struct gt_dominator_root *roots,
                           size_t count)
{
    size_t live = gt_rank_count(rank), first_leaf = gt_rank_below(rank, heap->scan_objects);
    size_t nodes = 1 + first_leaf + count_groups(roots, count),
           size = (live + 1) * sizeof(uint32_t);
    struct walker walker = {
        .walk = walk, .heap = heap, .rank = rank, .stack = GT_VEC_OF(struct waiting)};

    *walk = (struct gt_dominator_walk){.place = memset(gt_alloc(size), 0xff, size),
                                       .parent = gt_alloc(nodes * sizeof *walk->parent),
                                       .heads = gt_calloc(nodes, sizeof *walk->heads),
                                       .groups = GT_VEC_OF(struct gt_group_node),
                                       .edges = GT_VEC_OF(struct gt_dominator_edge),
                                       .leaf_edges = GT_VEC_OF(struct gt_leaf_edge),
                                       .first_leaf = (uint32_t)first_leaf};
    add_node(walk, 0);
    walk_groups(&walker, roots, count);
    handle_late(&walker);
    gt_vec_deinit(&walker.stack);
}
