/*
 * All pointers of a node are pushed at once, and an object gets its number when it is popped. That
 * is depth first, in whatever order its pointers were pushed.
 *
 * The cost is waiting for memory. So the words are read before, in the order of addresses
 * (targets.h), and the walk sees ranks alone. Whether an object has a number is asked when
 * it is popped: until then its entry is fetched, and for one that is popped soon, its list. Edges
 * to numbered objects decide nothing in the walk. So they wait in a short queue until what they
 * change is fetched. Only roots, and objects without a list, lead the walk to words.
 */
#include "inspector/base/alloc.h"
#include "inspector/graph/dominators/dominators_impl.h"
#include "inspector/graph/follow.h"

#include <string.h>

enum {
    LATE = 16, /* a power of two */
    SOON = 3,  /* how far below the top of the stack lists are fetched */
    AHEAD = 16,
    TARGETS = 3,        /* targets that are listed, on average of all objects with pointers */
    FEW_TARGETS = 4096, /* these are listed in any case */
};

struct waiting { /* an object on the stack, and the node that pushed it */
    uint32_t rank, from;
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
    const struct gt_ranks *ranks;
    const struct gt_targets *targets;
    struct gt_vec stack; /* struct waiting */
    uint32_t from;       /* the node whose pointers are followed */
    uint32_t skipped;    /* an object that is left out among its targets; GT_NO_OBJECT: none */
    struct late edges;
};

static uint32_t add_node(struct gt_dominator_walk *walk, uint32_t parent)
{
    walk->parent[walk->count] = parent;
    return walk->count++;
}

/* Records an edge to a node that has its number. */
static void note_edge(struct gt_dominator_walk *walk, uint32_t from, uint32_t to)
{
    if (to != from && walk->parent[to] != from) gt_edge_list_add(&walk->edges, from, to);
}

static void handle_edge(struct walker *walker)
{
    struct late *late = &walker->edges;
    unsigned at = late->out++ % LATE;

    note_edge(walker->walk, late->ring[at].from, late->ring[at].to);
}

static void note_edge_later(struct walker *walker, uint32_t from, uint32_t to)
{
    struct late *late = &walker->edges;

    __builtin_prefetch(&walker->walk->edges.last[to], 1);
    __builtin_prefetch(&walker->walk->parent[to]);
    if (late->in - late->out == LATE) handle_edge(walker);
    late->ring[late->in % LATE].from = from;
    late->ring[late->in++ % LATE].to = to;
}

static void handle_late(struct walker *walker)
{
    while (walker->edges.in != walker->edges.out)
        handle_edge(walker);
}

/* The object pushed last is popped first. */
static void push(struct walker *walker, uint32_t rank)
{
    struct gt_vec *stack = &walker->stack;

    __builtin_prefetch(&walker->walk->place[rank], 1);
    if (stack->len == stack->cap) gt_vec_reserve(stack, stack->len + 1);
    ((struct waiting *)stack->data)[stack->len++] = (struct waiting){rank, walker->from};
}

/* ---- words --------------------------------------------------------------------------------- */

static void follow(void *ctx, uint64_t offset, uint64_t value)
{
    struct walker *walker = ctx;
    uint32_t object = gt_heap_object(walker->heap, value);

    (void)offset;
    if (object == GT_NO_OBJECT || object == walker->skipped) return;
    uint32_t rank = gt_ranks_of(walker->ranks, object);
    if (rank < walker->ranks->first_leaf)
        push(walker, rank);
    else if (rank != GT_NO_RANK)
        gt_vec_add(&walker->walk->leaf_edges, &(struct gt_leaf_edge){walker->from, rank});
}

static void seed(struct walker *walker, const struct gt_dominator_root *root)
{
    uint32_t object = root->contents ? gt_heap_object(walker->heap, root->value) : GT_NO_OBJECT;

    walker->skipped = object;
    if (!root->contents)
        follow(walker, 0, root->value);
    else if (object != GT_NO_OBJECT)
        gt_heap_words(walker->heap, object, follow, walker);
    walker->skipped = GT_NO_OBJECT;
}

/* ---- lists --------------------------------------------------------------------------------- */

static bool has_list(uint32_t place)
{
    return place & GT_TARGETS_UNSEEN && place < GT_TARGETS_UNLISTED;
}

static void fetch_list(const struct walker *walker)
{
    const struct gt_vec *stack = &walker->stack;

    if (stack->len < SOON) return;
    uint32_t rank = ((const struct waiting *)stack->data)[stack->len - SOON].rank;
    uint32_t place = walker->walk->place[rank];
    if (has_list(place)) __builtin_prefetch(gt_targets_of(walker->targets, place));
}

static void push_targets(struct walker *walker, uint32_t place)
{
    const uint32_t *next = gt_targets_of(walker->targets, place);
    uint32_t target;

    do {
        target = *next++;
        push(walker, target & ~GT_TARGETS_LAST);
    } while (!(target & GT_TARGETS_LAST));
}

/* Numbers what is on the stack, and everything that it leads to. */
static void drain(struct walker *walker)
{
    struct gt_dominator_walk *walk = walker->walk;

    while (walker->stack.len > 0) {
        struct waiting last = ((const struct waiting *)walker->stack.data)[--walker->stack.len];
        uint32_t place = walk->place[last.rank];
        fetch_list(walker);
        if (!(place & GT_TARGETS_UNSEEN)) {
            note_edge_later(walker, last.from, place);
            continue;
        }
        walk->place[last.rank] = walker->from = add_node(walk, last.from);
        if (has_list(place))
            push_targets(walker, place);
        else if (place == GT_TARGETS_UNLISTED)
            gt_heap_words(walker->heap, gt_ranks_object(walker->ranks, last.rank), follow, walker);
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

/* ---- from ranks to nodes -------------------------------------------------------------------- */

static uint32_t node_at(const struct gt_dominator_walk *walk, uint32_t rank)
{
    return walk->place[rank] & GT_TARGETS_UNSEEN ? GT_NO_NODE : walk->place[rank];
}

/* Until now, the entry of a leaf was the rank of an object that leads to it. */
static void place_leaves(struct gt_dominator_walk *walk, const struct gt_ranks *ranks)
{
    for (uint32_t leaf = ranks->first_leaf; leaf < ranks->count; leaf++) {
        uint32_t *from = &walk->place[leaf];
        if (leaf + AHEAD < ranks->count && from[AHEAD] != GT_TARGETS_NONE)
            __builtin_prefetch(&walk->place[from[AHEAD]]);
        if (*from != GT_TARGETS_NONE) *from = node_at(walk, *from);
    }
}

/* The first `count` edges to leaves start at ranks. */
static void place_leaf_edges(struct gt_dominator_walk *walk, size_t count)
{
    struct gt_leaf_edge *edges = walk->leaf_edges.data;

    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) __builtin_prefetch(&walk->place[edges[i + AHEAD].from]);
        edges[i].from = node_at(walk, edges[i].from);
    }
}

/* Inner objects that no root leads to. */
static void forget_unseen(struct gt_dominator_walk *walk, const struct gt_ranks *ranks)
{
    if (walk->count - walk->groups.len - 1 == ranks->first_leaf) return;
    for (uint32_t rank = 0; rank < ranks->first_leaf; rank++)
        walk->place[rank] = node_at(walk, rank);
}

/* ---- the walk ------------------------------------------------------------------------------ */

/* The first pass, which finds out which objects are inner ones, and so their ranks. */
static void list_objects(struct gt_dominator_walk *walk, const struct gt_heap *heap,
                         const struct gt_bitmap *live, struct gt_ranks *ranks,
                         struct gt_targets *targets)
{
    struct gt_rank rank;
    struct gt_bitmap inner;

    gt_rank_init(&rank, live);
    gt_bitmap_init(&inner, live->bits);
    walk->place = gt_alloc((gt_rank_count(&rank) + (size_t)1) * sizeof *walk->place);
    gt_targets_init(
        targets, heap, &rank, &(struct gt_targets_tables){walk->place, &walk->leaf_edges},
        TARGETS * (uint64_t)gt_rank_below(&rank, heap->scan_objects) + FEW_TARGETS, &inner);
    gt_rank_deinit(&rank);
    gt_ranks_init(ranks, live, &inner);
    gt_bitmap_deinit(&inner);
}

static void begin(struct gt_dominator_walk *walk, size_t nodes)
{
    walk->parent = gt_alloc_filled(nodes * sizeof *walk->parent);
    gt_edge_list_init(&walk->edges, nodes);
    add_node(walk, 0);
}

static void number_nodes(struct walker *walker, const struct gt_dominator_root *roots, size_t count)
{
    begin(walker->walk, 1 + walker->ranks->first_leaf + count_groups(roots, count));
    walk_groups(walker, roots, count);
    handle_late(walker);
    gt_vec_deinit(&walker->stack);
}

void gt_dominator_walk_run(struct gt_dominator_walk *walk, const struct gt_heap *heap,
                           const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                           size_t count, struct gt_ranks *ranks)
{
    struct gt_targets targets;
    struct walker walker = {.walk = walk,
                            .heap = heap,
                            .ranks = ranks,
                            .targets = &targets,
                            .skipped = GT_NO_OBJECT,
                            .stack = GT_VEC_OF(struct waiting)};

    *walk = (struct gt_dominator_walk){.groups = GT_VEC_OF(struct gt_group_node),
                                       .leaf_edges = GT_VEC_OF(struct gt_leaf_edge)};
    list_objects(walk, heap, live, ranks, &targets);
    gt_targets_rank(&targets, ranks, &(struct gt_targets_tables){walk->place, &walk->leaf_edges});
    size_t from_ranks = walk->leaf_edges.len;
    number_nodes(&walker, roots, count);
    gt_targets_deinit(&targets);
    place_leaves(walk, ranks);
    place_leaf_edges(walk, from_ranks);
    forget_unseen(walk, ranks);
}
