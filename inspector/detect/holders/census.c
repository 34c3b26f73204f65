/* Gives each inner node the point that it is below, parents first. Then it counts the objects in
 * one table, by point and type. */
#include "inspector/detect/holders/census.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/fields.h"

#include <stdlib.h>

enum { NOBODY = 0 }; /* no point; others are a point's index + 1 */

struct count {
    uint64_t objects, bytes, largest;
    uint32_t node; /* the largest object */
};

struct census {
    const struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    const struct gt_vec *points, *joined;
    uint8_t *owner;       /* by node: the point that it is below. Of leaves, set for points only */
    struct count *counts; /* by point, then by type */
    size_t types;
    struct gt_census_row *rows;
};

static const struct gt_accumulation *point_at(const struct census *census, size_t index)
{
    return gt_vec_at(census->points, index);
}

static const struct gt_joined_point *joined_at(const struct census *census, size_t index)
{
    return gt_vec_at(census->joined, index);
}

static bool has_one_like(const struct census *census, const struct gt_accumulation *point,
                         uint32_t object)
{
    return point->count > 1 && point->kind == gt_accumulation_kind(census->analysis, object);
}

/* A node below the root may belong to a point of many objects, or to such a part of a point. */
static uint8_t owner_below_root(const struct census *census, uint32_t object)
{
    for (size_t i = 0; i < census->points->len; i++)
        if (has_one_like(census, point_at(census, i), object)) return (uint8_t)(i + 1);
    for (size_t i = 0; i < census->joined->len; i++)
        if (has_one_like(census, &joined_at(census, i)->part, object))
            return census->owner[joined_at(census, i)->into];
    return NOBODY;
}

/* Of objects of the same size, the first node's counts as the largest. */
static bool is_largest(const struct count *count, uint32_t node, uint64_t size)
{
    return size > count->largest || (size == count->largest && node < count->node);
}

static void count_object(const struct census *census, uint8_t owner, gt_type_id type, uint32_t node,
                         uint64_t size)
{
    struct count *count = &census->counts[(owner - 1) * census->types + type];

    count->objects++;
    count->bytes += size;
    if (!is_largest(count, node, size)) return;
    count->largest = size;
    count->node = node;
}

/* The owner of a node. The owner of its parent is known. */
static inline uint8_t owner_of(const struct census *census, uint32_t node, uint32_t parent)
{
    if (census->owner[node]) return census->owner[node];
    if (census->owner[parent] || parent != 0) return census->owner[parent];
    uint32_t object = gt_dominators_object(census->tree, node);
    return object != GT_NO_OBJECT ? owner_below_root(census, object) : NOBODY;
}

/* An object with pointers has a type, if it is known. */
static void count_typed(const struct census *census, uint8_t owner, uint32_t node, uint32_t object,
                        uint64_t size)
{
    gt_type_id type = gt_typing_type(census->analysis->typing, object);

    if (type && type < census->types) count_object(census, owner, type, node, size);
}

static void count_inner(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    const struct census *census = ctx;
    uint8_t owner = census->owner[node];

    if (!owner) return;
    census->rows[owner - 1].objects++;
    count_typed(census, owner, node, object, region->slot_size);
}

/* Objects of a region without pointers have no type. */
static void count_leaves(void *ctx, const struct gt_leaves *leaves)
{
    const struct census *census = ctx;
    const struct gt_region *region = leaves->region;
    bool is_typed = region->scan != GT_SCAN_NONE;
    size_t object = region->first;

    for (uint32_t i = 0; i < leaves->count; i++, object++) {
        uint32_t node = leaves->node + i, parent = leaves->parents[i];
        uint8_t owner = parent != GT_NO_NODE ? owner_of(census, node, parent) : NOBODY;
        if (is_typed) object = gt_ranks_next_leaf(leaves->ranks, object);
        if (owner == NOBODY) continue;
        census->rows[owner - 1].objects++;
        if (is_typed)
            count_typed(census, owner, node, (uint32_t)object, region->slot_size);
        else
            count_object(census, owner, GT_NO_TYPE, node, region->slot_size);
    }
}

/* Parents come first among nodes. Objects are counted in the order of objects, as that is the order
 * of their types in memory. */
static void count_nodes(struct census *census)
{
    const struct gt_dominators *tree = census->tree;

    for (size_t i = 0; i < census->points->len; i++)
        census->owner[point_at(census, i)->node] = (uint8_t)(i + 1);
    for (size_t i = 0; i < census->joined->len; i++)
        census->owner[joined_at(census, i)->part.node] = census->owner[joined_at(census, i)->into];
    for (uint32_t node = 1; node < tree->inner; node++)
        census->owner[node] = owner_of(census, node, gt_dominators_parent(tree, node));
    gt_dominators_inner(tree, count_inner, census);
    gt_dominators_leaves_of_regions(tree, count_leaves, census);
}

/* Type 0 stands for objects without pointers. Objects with pointers and an unknown type are left
 * out. */
static bool is_shown(const struct census *census, gt_type_id type)
{
    struct gt_types *types = census->analysis->process->types;

    return !type || (!gt_is_map_storage(gt_types_name(types, type)) &&
                     gt_types_get(types, type)->kind != GT_T_MAP);
}

static void find_most(const struct census *census, size_t index)
{
    struct gt_census_row *row = &census->rows[index];

    for (size_t type = 0; type < census->types; type++) {
        const struct count *count = &census->counts[index * census->types + type];
        if (count->bytes <= row->type_bytes || !is_shown(census, (gt_type_id)type)) continue;
        row->type = (gt_type_id)type;
        row->type_objects = count->objects;
        row->type_bytes = count->bytes;
        row->node = count->node;
    }
}

void gt_census(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
               const struct gt_vec *points, const struct gt_vec *joined, struct gt_census_row *rows)
{
    struct census census = {.analysis = analysis,
                            .tree = tree,
                            .points = points,
                            .joined = joined,
                            .owner = gt_calloc(tree->count, 1),
                            .types = gt_types_count(analysis->process->types) + 1,
                            .rows = rows};

    census.counts = gt_calloc(points->len * census.types + 1, sizeof *census.counts);
    count_nodes(&census);
    for (size_t i = 0; i < points->len; i++)
        find_most(&census, i);
    gt_free(census.owner);
    gt_free(census.counts);
}
