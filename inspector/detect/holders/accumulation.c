/* The first pass over the nodes counts heavy children, and sums up the small objects below the root
 * by kind. The second one joins heavy nodes, each the only heavy child of the one above, into
 * chains, along which paths go down. */
#include "inspector/detect/holders/accumulation.h"

#include "inspector/base/search.h"

#include <stdlib.h>

enum {
    MOST = 70, /* percent: a child that keeps this much, of what the path began with or of a node,
                * keeps most of it */
    MOST_SPARE = 32, /* bytes of a slot that a channel does not use */
    CROWD = 3,       /* heavy children of one kind that are one point together */
    MAX_GAP = 3      /* objects of other kinds between two of a list */
};

#define NONE UINT32_MAX

/* A heavy node, and all below it that are the only heavy child of the one before. There are only
 * about twice as many chains as nodes without heavy children, however deep the tree is. */
struct chain {
    uint32_t top, bottom; /* nodes */
    uint32_t first, next; /* first chain below the bottom, and next sibling; NONE ends the list */
    uint32_t largest;     /* of the chains below the bottom */
    uint64_t children;    /* bytes of all of them */
};

struct finder {
    const struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    uint64_t threshold;
    struct gt_bitmap one, more; /* inner nodes with heavy children: any, two or more */
    struct gt_vec chains;       /* struct chain, by their tops; the first is the root's */
    struct gt_map by_bottom;    /* node -> index in `chains` */
    struct gt_u32s starts;      /* indices in `chains`: where paths begin */
    struct gt_vec points;       /* struct gt_accumulation */
    struct gt_map by_kind;      /* kind -> index in `points` + 1 */
    struct gt_vec *small;       /* struct gt_accumulation: points that retain too little */
};

static struct chain *chain_at(const struct finder *finder, uint32_t index)
{
    return gt_vec_at(&finder->chains, index);
}

static uint64_t bytes_of(const struct finder *finder, uint32_t node)
{
    return gt_dominators_retained(finder->tree, node);
}

static uint64_t bytes_below(const struct finder *finder, uint32_t index)
{
    return bytes_of(finder, chain_at(finder, index)->top);
}

static bool is_most(uint64_t part, uint64_t whole)
{
    return part >= whole / 100 * MOST;
}

/* The element type of a channel, which is memory of the runtime for the types; 0 for others. */
static gt_type_id element_of(const struct gt_heap_analysis *analysis, uint32_t object,
                             const struct gt_region *region)
{
    const struct gt_process *process = analysis->process;
    uint64_t size = process->layout.size[GT_S_hchan], noted;

    if (!size || region->slot_size < size || region->slot_size >= size + MOST_SPARE ||
        !gt_typing_knows(analysis->typing, object) ||
        !gt_process_field(process, gt_heap_address(&analysis->heap->graph, object),
                          GT_F_hchan_elemtype, &noted))
        return GT_NO_TYPE;
    return gt_types_at(process->types, noted);
}

uint64_t gt_accumulation_kind(const struct gt_heap_analysis *analysis, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(&analysis->heap->graph, object);
    gt_type_id type = gt_typing_type(analysis->typing, object);

    if (type) return type;
    gt_type_id element = element_of(analysis, object, region);
    if (element) return (uint64_t)1 << 62 | element;
    return (uint64_t)1 << 63 | region->slot_size << 1 | (region->scan != GT_SCAN_NONE);
}

/* ---- chains of heavy nodes ----------------------------------------------------------------- */

static void count_child(struct finder *finder, uint32_t node)
{
    uint32_t parent = gt_dominators_parent(finder->tree, node);

    if (gt_bit(&finder->one, parent)) gt_bit_set(&finder->more, parent);
    gt_bit_set(&finder->one, parent);
}

static bool is_top(const struct finder *finder, uint32_t node)
{
    uint32_t parent = gt_dominators_parent(finder->tree, node);
    return parent == 0 || gt_bit(&finder->more, parent);
}

static bool is_bottom(const struct finder *finder, uint32_t node)
{
    if (node >= finder->tree->inner) return true;
    return !gt_bit(&finder->one, node) || gt_bit(&finder->more, node);
}

static uint64_t top_of(const void *chains, size_t index)
{
    return ((const struct chain *)gt_vec_at(chains, index))->top;
}

static void hang_below(struct finder *finder, uint32_t index, struct chain *added)
{
    uint32_t parent = gt_dominators_parent(finder->tree, added->top);
    struct chain *above =
        chain_at(finder, parent ? (uint32_t)*gt_map_find(&finder->by_bottom, parent) : 0);
    uint64_t bytes = bytes_of(finder, added->top);

    added->next = above->first;
    above->first = index;
    above->children += bytes;
    if (above->largest == NONE || bytes_below(finder, above->largest) < bytes)
        above->largest = index;
}

static void begin_chain(struct finder *finder, uint32_t node)
{
    struct chain added = {node, node, NONE, NONE, NONE, 0};

    if (node > 0) hang_below(finder, (uint32_t)finder->chains.len, &added);
    gt_vec_add(&finder->chains, &added);
}

/* Tops come before their bottoms. */
static void end_chain(struct finder *finder, uint32_t node)
{
    uint32_t top = node;

    while (!is_top(finder, top))
        top = gt_dominators_parent(finder->tree, top);
    size_t index = gt_lower_bound(&finder->chains, 0, finder->chains.len, top, top_of);
    chain_at(finder, (uint32_t)index)->bottom = node;
    *gt_map_put(&finder->by_bottom, node, NULL) = index;
}

static void add_heavy(struct finder *finder, uint32_t node)
{
    if (is_top(finder, node)) begin_chain(finder, node);
    if (is_bottom(finder, node)) end_chain(finder, node);
}

/* ---- small objects below the root ---------------------------------------------------------- */

static void add_small(struct finder *finder, uint32_t node, uint32_t object, uint64_t bytes)
{
    uint64_t kind = gt_accumulation_kind(finder->analysis, object);
    uint64_t *place = gt_map_put(&finder->by_kind, kind, NULL);

    if (!*place) {
        struct gt_accumulation none = {.node = node, .kind = kind};
        gt_vec_add(&finder->points, &none);
        *place = finder->points.len;
    }
    struct gt_accumulation *point = gt_vec_at(&finder->points, *place - 1);
    point->bytes += bytes;
    point->count++;
    if (gt_dominators_retained(finder->tree, point->node) < bytes) point->node = node;
}

static void put_small_aside(struct finder *finder)
{
    size_t kept = 0;

    for (size_t i = 0; i < finder->points.len; i++) {
        const struct gt_accumulation *point = gt_vec_at(&finder->points, i);
        if (point->bytes >= finder->threshold)
            memmove(gt_vec_at(&finder->points, kept++), point, sizeof *point);
        else if (point->count > 1)
            gt_vec_add(finder->small, point);
    }
    finder->points.len = kept;
}

static void sort_node(struct finder *finder, uint32_t node, uint32_t parent, uint64_t bytes)
{
    if (bytes >= finder->threshold) {
        count_child(finder, node);
    } else if (parent == 0) {
        uint32_t object = gt_dominators_object(finder->tree, node);
        if (object != GT_NO_OBJECT) add_small(finder, node, object, bytes);
    }
}

static void count_heavy_leaves(struct finder *finder, const struct gt_leaves *leaves)
{
    for (uint32_t i = 0; i < leaves->count; i++)
        if (leaves->parents[i] != GT_NO_NODE) count_child(finder, leaves->node + i);
}

/* Goes from object to object, as far as the last leaf below the root. */
static void add_small_leaves(struct finder *finder, const struct gt_leaves *leaves)
{
    size_t object = leaves->region->first;
    uint32_t at = 0;

    for (uint32_t i = 0; i < leaves->count; i++) {
        if (leaves->parents[i] != 0) continue;
        for (; at < i; at++)
            object = gt_ranks_next_leaf(leaves->ranks, object) + 1;
        add_small(finder, leaves->node + i, gt_ranks_next_leaf(leaves->ranks, object),
                  leaves->region->slot_size);
    }
}

static void sort_leaves(void *ctx, const struct gt_leaves *leaves)
{
    struct finder *finder = ctx;

    if (leaves->region->slot_size >= finder->threshold)
        count_heavy_leaves(finder, leaves);
    else
        add_small_leaves(finder, leaves);
}

static void add_heavy_leaves(void *ctx, const struct gt_leaves *leaves)
{
    struct finder *finder = ctx;

    if (leaves->region->slot_size < finder->threshold) return;
    for (uint32_t i = 0; i < leaves->count; i++)
        if (leaves->parents[i] != GT_NO_NODE) add_heavy(finder, leaves->node + i);
}

static void sort_nodes(struct finder *finder)
{
    const struct gt_dominators *tree = finder->tree;

    gt_bitmap_init(&finder->one, tree->inner);
    gt_bitmap_init(&finder->more, tree->inner);
    for (uint32_t node = 1; node < tree->inner; node++)
        sort_node(finder, node, gt_dominators_parent(tree, node),
                  gt_dominators_inner_bytes(tree, node));
    gt_dominators_leaves_of_regions(tree, sort_leaves, finder);
    put_small_aside(finder);
    begin_chain(finder, 0);
    for (uint32_t node = 1; node < tree->inner; node++)
        if (gt_dominators_inner_bytes(tree, node) >= finder->threshold) add_heavy(finder, node);
    gt_dominators_leaves_of_regions(tree, add_heavy_leaves, finder);
}

/* ---- paths -------------------------------------------------------------------------------- */

static void start_at_children(struct finder *finder, uint32_t index)
{
    for (uint32_t at = chain_at(finder, index)->first; at != NONE; at = chain_at(finder, at)->next)
        gt_u32s_add(&finder->starts, at);
}

static uint64_t kind_of_node(const struct finder *finder, uint32_t node)
{
    uint32_t object = gt_dominators_object(finder->tree, node);
    return object == GT_NO_OBJECT ? UINT64_MAX : gt_accumulation_kind(finder->analysis, object);
}

static uint64_t kind_of_top(const struct finder *finder, uint32_t index)
{
    return kind_of_node(finder, chain_at(finder, index)->top);
}

/* The heaviest child that is not of the bottom's own kind; else the heaviest of all. A child of its
 * kind may be more of one container, such as an overflow bucket of a map. */
static uint32_t heaviest_content(const struct finder *finder, uint32_t index)
{
    uint64_t own = kind_of_node(finder, chain_at(finder, index)->bottom);
    uint32_t heaviest = NONE;

    for (uint32_t at = chain_at(finder, index)->first; at != NONE; at = chain_at(finder, at)->next)
        if (kind_of_top(finder, at) != own &&
            (heaviest == NONE || bytes_below(finder, at) > bytes_below(finder, heaviest)))
            heaviest = at;
    return heaviest == NONE ? chain_at(finder, index)->largest : heaviest;
}

/* Do the heaviest child and others of its kind make up a crowd, of which none is reported alone? */
static bool is_crowd(const struct finder *finder, uint32_t index)
{
    uint64_t kind = kind_of_top(finder, heaviest_content(finder, index));
    unsigned same = 0;

    for (uint32_t at = chain_at(finder, index)->first; at != NONE && same < CROWD;
         at = chain_at(finder, at)->next)
        same += kind_of_top(finder, at) == kind;
    return same >= CROWD;
}

/* Is an object of the node's kind not far above it? */
static bool repeats(const struct finder *finder, uint32_t node)
{
    uint64_t kind = kind_of_node(finder, node);

    for (uint32_t gap = 0; gap <= MAX_GAP && node; gap++) {
        node = gt_dominators_parent(finder->tree, node);
        if (kind_of_node(finder, node) == kind) return true;
    }
    return false;
}

/* Is the bottom in a tree, such as a search tree, whose heavy children are of its kind again? A
 * child whose heavy path ends elsewhere, such as at a map of its own, piles up something itself. */
static bool is_in_tree(const struct finder *finder, uint32_t index)
{
    for (uint32_t at = chain_at(finder, index)->first; at != NONE; at = chain_at(finder, at)->next)
        if (!repeats(finder, chain_at(finder, at)->bottom)) return false;
    return true;
}

static bool divides(const struct finder *finder, uint32_t index)
{
    const struct chain *chain = chain_at(finder, index);

    return chain->first != NONE && chain_at(finder, chain->first)->next != NONE &&
           is_most(chain->children, bytes_of(finder, chain->bottom)) && !is_crowd(finder, index);
}

/* The first object of the list or tree, of one kind, at the end of the path that began at `start`.
 */
static uint32_t first_of_kind(const struct finder *finder, uint32_t start, uint32_t end)
{
    uint64_t kind = kind_of_node(finder, end);
    uint32_t first = end, gap = 0;

    for (uint32_t at = end; at != start && gap <= MAX_GAP;) {
        at = gt_dominators_parent(finder->tree, at);
        bool same = kind_of_node(finder, at) == kind;
        gap = same ? 0 : gap + 1;
        if (same) first = at;
    }
    return first;
}

static void add_point(struct finder *finder, uint32_t node, bool list)
{
    uint32_t object = gt_dominators_object(finder->tree, node);
    struct gt_accumulation point = {
        .node = node,
        .bytes = bytes_of(finder, node),
        .count = 1,
        .kind = object == GT_NO_OBJECT ? 0 : gt_accumulation_kind(finder->analysis, object),
        .list = list};

    gt_vec_add(&finder->points, &point);
}

/* `next` is the largest heavy child of the path's end, or NONE. */
static void end_path(struct finder *finder, uint32_t start, uint32_t end, uint32_t next)
{
    bool fades = next != NONE && is_most(bytes_of(finder, next), bytes_of(finder, end));
    uint32_t first = fades ? first_of_kind(finder, start, end) : end;

    add_point(finder, first, first != end);
}

/* The path ends inside a chain. It is found from the chain's bottom, whose parents are known. */
static void end_inside(struct finder *finder, uint32_t start, uint32_t bottom)
{
    uint64_t whole = bytes_of(finder, start);
    uint32_t next = bottom, end = gt_dominators_parent(finder->tree, bottom);

    while (!is_most(bytes_of(finder, end), whole)) {
        next = end;
        end = gt_dominators_parent(finder->tree, end);
    }
    end_path(finder, start, end, next);
}

/* The top of each chain on the way keeps most of what the path began with. */
static void go_down(struct finder *finder, uint32_t index)
{
    uint32_t start = chain_at(finder, index)->top;
    uint64_t whole = bytes_of(finder, start);

    for (;;) {
        const struct chain *chain = chain_at(finder, index);
        if (!is_most(bytes_of(finder, chain->bottom), whole)) {
            end_inside(finder, start, chain->bottom);
            return;
        }
        if (divides(finder, index)) {
            if (is_in_tree(finder, index))
                add_point(finder, first_of_kind(finder, start, chain->bottom), false);
            else
                start_at_children(finder, index);
            return;
        }
        if (chain->largest == NONE || !is_most(bytes_below(finder, chain->largest), whole)) {
            uint32_t next = chain->largest == NONE ? NONE : chain_at(finder, chain->largest)->top;
            end_path(finder, start, chain->bottom, next);
            return;
        }
        index = chain->largest;
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_accumulation *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->node < right->node ? -1 : 1;
}

struct gt_vec gt_accumulations(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, uint64_t threshold, size_t max,
                               struct gt_vec *small)
{
    struct finder finder = {.analysis = analysis,
                            .tree = tree,
                            .threshold = threshold,
                            .chains = GT_VEC_OF(struct chain),
                            .points = GT_VEC_OF(struct gt_accumulation),
                            .small = small};

    sort_nodes(&finder);
    start_at_children(&finder, 0);
    for (size_t i = 0; i < finder.starts.len; i++)
        go_down(&finder, finder.starts.at[i]);
    if (finder.points.len)
        qsort(finder.points.data, finder.points.len, sizeof(struct gt_accumulation), by_bytes);
    if (finder.points.len > max) finder.points.len = max;
    gt_vec_deinit(&finder.chains);
    gt_bitmap_deinit(&finder.one);
    gt_bitmap_deinit(&finder.more);
    gt_map_deinit(&finder.by_bottom);
    gt_u32s_deinit(&finder.starts);
    gt_map_deinit(&finder.by_kind);
    return finder.points;
}
