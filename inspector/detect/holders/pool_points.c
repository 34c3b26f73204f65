/* Climbs the dominator tree through rings and the links of their chains, which are known by their
 * types, to the storage. */
#include "inspector/detect/holders/pool_points.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_RINGS = 64 }; /* objects from a ring up to the storage: rings double in size */

static bool is_of(const struct gt_heap_analysis *analysis, uint32_t object, const char *name)
{
    gt_type_id type =
        object == GT_NO_OBJECT ? (gt_type_id)GT_NO_TYPE : gt_typing_type(analysis->typing, object);

    return type && strcmp(gt_types_name(analysis->process->types, type), name) == 0;
}

bool gt_is_pool_storage(const struct gt_heap_analysis *analysis, uint32_t object)
{
    return is_of(analysis, object, "sync.poolLocal");
}

/* The node of the storage with a ring or a link of its chain; the node itself when it is neither.
 */
static uint32_t storage_of(const struct gt_heap_analysis *analysis,
                           const struct gt_dominators *tree, uint32_t node)
{
    uint32_t at = node;

    for (unsigned i = 0; i < MOST_RINGS; i++) {
        uint32_t object = gt_dominators_object(tree, at);
        if (gt_is_pool_storage(analysis, object)) return at;
        if (!is_of(analysis, object, "sync.eface") && !is_of(analysis, object, "sync.poolChainElt"))
            return node;
        at = gt_dominators_parent(tree, at);
    }
    return node;
}

static bool has_node_above(const struct gt_dominators *tree, const struct gt_vec *points,
                           size_t count, uint32_t node)
{
    for (unsigned i = 0; i < MOST_RINGS && node; i++, node = gt_dominators_parent(tree, node))
        for (size_t j = 0; j < count; j++)
            if (((const struct gt_accumulation *)gt_vec_at(points, j))->node == node) return true;
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_accumulation *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void move_up(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                    struct gt_accumulation *point)
{
    uint32_t node =
        point->count == 1 && !point->list ? storage_of(analysis, tree, point->node) : point->node;

    if (node == point->node) return;
    point->node = node;
    point->bytes = gt_dominators_retained(tree, node);
}

void gt_pool_points_join(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                         struct gt_vec *points)
{
    size_t kept = 0;

    for (size_t i = 0; i < points->len; i++)
        move_up(analysis, tree, gt_vec_at(points, i));
    if (points->len) qsort(points->data, points->len, sizeof(struct gt_accumulation), by_bytes);
    for (size_t i = 0; i < points->len; i++) {
        const struct gt_accumulation *point = gt_vec_at(points, i);
        if (has_node_above(tree, points, kept, point->node)) continue;
        memmove(gt_vec_at(points, kept++), point, sizeof *point);
    }
    points->len = kept;
}
