#include "inspector/detect/holders/accumulation.h"

#include <stdlib.h>

enum {
    MOST = 70,  /* percent: a child that keeps this much, of what the path began with or of a node,
                 * keeps most of it */
    CROWD = 3,  /* heavy children of one kind that are one point together */
    MAX_GAP = 3 /* objects of other kinds between two of a list */
};

#define NO_HEAVY UINT32_MAX

struct heavy { /* a heavy node; in the order of node numbers, so parents come first */
    uint32_t node;
    uint32_t first, next; /* first child, and next sibling; NO_HEAVY ends the list */
    uint32_t largest;     /* its largest child */
    uint64_t children;    /* bytes of all its children */
};

struct finder {
    const struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    uint64_t threshold;
    struct gt_vec heavy;   /* struct heavy */
    struct gt_u32s starts; /* indices in heavy: where paths begin */
    struct gt_u32s way;    /* the same, of one path */
    struct gt_vec points;  /* struct gt_accumulation */
    struct gt_map by_kind; /* kind -> index in `points` + 1 */
};

static struct heavy *heavy_at(const struct finder *finder, uint32_t index)
{
    return gt_vec_at(&finder->heavy, index);
}

static uint64_t bytes_of(const struct finder *finder, uint32_t index)
{
    return gt_dominators_retained(finder->tree, heavy_at(finder, index)->node);
}

static bool is_most(uint64_t part, uint64_t whole)
{
    return part >= whole / 100 * MOST;
}

uint64_t gt_accumulation_kind(const struct gt_heap_analysis *analysis, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(&analysis->heap->graph, object);
    gt_type_id type = gt_typing_type(analysis->typing, object);

    if (type) return type;
    return (uint64_t)1 << 63 | region->slot_size << 1 | (region->scan != GT_SCAN_NONE);
}

/* ---- heavy nodes --------------------------------------------------------------------------- */

static uint32_t find_heavy(const struct finder *finder, uint32_t node)
{
    size_t low = 0, high = finder->heavy.len;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (heavy_at(finder, (uint32_t)middle)->node <= node)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void hang_below(struct finder *finder, uint32_t index, struct heavy *added)
{
    struct heavy *parent =
        heavy_at(finder, find_heavy(finder, gt_dominators_parent(finder->tree, added->node)));
    uint64_t bytes = gt_dominators_retained(finder->tree, added->node);

    added->next = parent->first;
    parent->first = index;
    parent->children += bytes;
    if (parent->largest == NO_HEAVY || bytes_of(finder, parent->largest) < bytes)
        parent->largest = index;
}

static void add_heavy(struct finder *finder, uint32_t node)
{
    struct heavy added = {node, NO_HEAVY, NO_HEAVY, NO_HEAVY, 0};

    if (node > 0) hang_below(finder, (uint32_t)finder->heavy.len, &added);
    gt_vec_add(&finder->heavy, &added);
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

static void drop_small(struct finder *finder)
{
    size_t kept = 0;

    for (size_t i = 0; i < finder->points.len; i++) {
        const struct gt_accumulation *point = gt_vec_at(&finder->points, i);
        if (point->bytes < finder->threshold) continue;
        memmove(gt_vec_at(&finder->points, kept++), point, sizeof *point);
    }
    finder->points.len = kept;
}

static void sort_node(struct finder *finder, uint32_t node, uint64_t bytes)
{
    if (bytes >= finder->threshold) {
        add_heavy(finder, node);
    } else if (gt_dominators_parent(finder->tree, node) == 0) {
        uint32_t object = gt_dominators_object(finder->tree, node);
        if (object != GT_NO_OBJECT) add_small(finder, node, object, bytes);
    }
}

static void sort_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    (void)object;
    sort_node(ctx, node, region->slot_size);
}

static void sort_nodes(struct finder *finder)
{
    add_heavy(finder, 0);
    for (uint32_t node = 1; node < finder->tree->inner; node++)
        sort_node(finder, node, gt_dominators_inner_bytes(finder->tree, node));
    gt_dominators_leaves(finder->tree, sort_leaf, finder);
    drop_small(finder);
}

/* ---- paths -------------------------------------------------------------------------------- */

static void start_at_children(struct finder *finder, uint32_t index)
{
    for (uint32_t at = heavy_at(finder, index)->first; at != NO_HEAVY;
         at = heavy_at(finder, at)->next)
        gt_u32s_add(&finder->starts, at);
}

static uint64_t kind_of_heavy(const struct finder *finder, uint32_t index)
{
    uint32_t object = gt_dominators_object(finder->tree, heavy_at(finder, index)->node);
    return object == GT_NO_OBJECT ? UINT64_MAX : gt_accumulation_kind(finder->analysis, object);
}

/* Do the heaviest child and others of its kind make up a crowd, of which none is reported alone? */
static bool is_crowd(const struct finder *finder, uint32_t index)
{
    uint64_t kind = kind_of_heavy(finder, heavy_at(finder, index)->largest);
    unsigned same = 0;

    for (uint32_t at = heavy_at(finder, index)->first; at != NO_HEAVY && same < CROWD;
         at = heavy_at(finder, at)->next)
        same += kind_of_heavy(finder, at) == kind;
    return same >= CROWD;
}

static bool divides(const struct finder *finder, uint32_t index)
{
    const struct heavy *heavy = heavy_at(finder, index);

    return heavy->first != NO_HEAVY && heavy_at(finder, heavy->first)->next != NO_HEAVY &&
           is_most(heavy->children, bytes_of(finder, index)) && !is_crowd(finder, index);
}

static uint64_t kind_at(const struct finder *finder, size_t step, uint32_t *index)
{
    *index = finder->way.at[step];
    return kind_of_heavy(finder, *index);
}

/* The first object of the list, of one kind, at the end of the path. */
static uint32_t first_of_list(const struct finder *finder)
{
    uint32_t first, index, gap = 0;
    size_t step = finder->way.len - 1;
    uint64_t kind = kind_at(finder, step, &first);

    while (step-- > 0 && gap <= MAX_GAP) {
        bool same = kind_at(finder, step, &index) == kind;
        gap = same ? 0 : gap + 1;
        if (same) first = index;
    }
    return first;
}

static void add_point(struct finder *finder, uint32_t index, bool list)
{
    uint32_t node = heavy_at(finder, index)->node;
    uint32_t object = gt_dominators_object(finder->tree, node);
    struct gt_accumulation point = {
        .node = node,
        .bytes = bytes_of(finder, index),
        .count = 1,
        .kind = object == GT_NO_OBJECT ? 0 : gt_accumulation_kind(finder->analysis, object),
        .list = list};

    gt_vec_add(&finder->points, &point);
}

static void end_way(struct finder *finder)
{
    uint32_t end = finder->way.at[finder->way.len - 1];
    uint32_t next = heavy_at(finder, end)->largest;
    bool fades = next != NO_HEAVY && is_most(bytes_of(finder, next), bytes_of(finder, end));
    uint32_t first = fades ? first_of_list(finder) : end;

    add_point(finder, first, first != end);
}

static void go_down(struct finder *finder, uint32_t start)
{
    uint32_t next = start;

    gt_u32s_clear(&finder->way);
    do {
        gt_u32s_add(&finder->way, next);
        if (divides(finder, next)) {
            start_at_children(finder, next);
            return;
        }
        next = heavy_at(finder, next)->largest;
    } while (next != NO_HEAVY && is_most(bytes_of(finder, next), bytes_of(finder, start)));
    end_way(finder);
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_accumulation *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->node < right->node ? -1 : 1;
}

struct gt_vec gt_accumulations(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, uint64_t threshold, size_t max)
{
    struct finder finder = {.analysis = analysis,
                            .tree = tree,
                            .threshold = threshold,
                            .heavy = GT_VEC_OF(struct heavy),
                            .points = GT_VEC_OF(struct gt_accumulation)};

    sort_nodes(&finder);
    start_at_children(&finder, 0);
    for (size_t i = 0; i < finder.starts.len; i++)
        go_down(&finder, finder.starts.at[i]);
    if (finder.points.len)
        qsort(finder.points.data, finder.points.len, sizeof(struct gt_accumulation), by_bytes);
    if (finder.points.len > max) finder.points.len = max;
    gt_vec_deinit(&finder.heavy);
    gt_u32s_deinit(&finder.starts);
    gt_u32s_deinit(&finder.way);
    gt_map_deinit(&finder.by_kind);
    return finder.points;
}
