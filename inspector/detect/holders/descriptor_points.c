/* Climbs the dominator tree from a node to the nearest descriptor. The heaviest point of each part
 * takes the bytes of the others. */
#include "inspector/detect/holders/descriptor_points.h"

#include "inspector/base/error.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CLIMB = 8 }; /* objects from a label to its goroutine */

/* The array that runtime.allgs has, and that runtime.allgptr leads to. */
static uint32_t list_of_all(const struct gt_heap_analysis *analysis)
{
    struct gt_slice allgs;
    uint64_t addr;
    struct gt_error *error = gt_process_global(analysis->process, "runtime.allgs", &addr);
    bool found = !error && gt_process_slice(analysis->process, addr, 8, &allgs);

    gt_error_destroy(error);
    return found ? gt_heap_object(&analysis->heap->graph, allgs.ptr) : GT_NO_OBJECT;
}

static bool is_record(const char *type)
{
    return strcmp(type, "runtime.g") == 0 || strcmp(type, "runtime.sudog") == 0;
}

/* A descriptor, or what it has while its goroutine waits. In a stripped program a live goroutine
 * tells it. */
static bool is_descriptor(const struct gt_heap_analysis *analysis, uint32_t object)
{
    const struct gt_goroutines *all = analysis->goroutines;
    gt_type_id type = gt_typing_type(analysis->typing, object);

    if (type) return is_record(gt_types_name(analysis->process->types, type));
    for (uint32_t i = 0; i < all->count; i++)
        if (gt_heap_object(&analysis->heap->graph, all->list[i].address) == object) return true;
    return false;
}

/* Do the labels of a goroutine begin with this object? */
static bool are_labels_of(const struct gt_heap_analysis *analysis, uint32_t descriptor,
                          uint32_t object)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    uint64_t labels;

    return gt_process_field(analysis->process, gt_heap_address(graph, descriptor), GT_F_g_labels,
                            &labels) &&
           gt_heap_object(graph, labels) == object;
}

enum gt_descriptor_part gt_descriptor_part_of(const struct gt_heap_analysis *analysis,
                                              const struct gt_dominators *tree, uint32_t node)
{
    uint32_t object = gt_dominators_object(tree, node);

    if (object == GT_NO_OBJECT) return GT_NO_DESCRIPTOR;
    if (is_descriptor(analysis, object) || object == list_of_all(analysis)) return GT_DESCRIPTORS;
    for (unsigned i = 0; i < MAX_CLIMB; i++) {
        node = gt_dominators_parent(tree, node);
        uint32_t above = gt_dominators_object(tree, node);
        if (above == GT_NO_OBJECT) break;
        if (is_descriptor(analysis, above))
            return are_labels_of(analysis, above, object) ? GT_DESCRIPTOR_LABELS : GT_NO_DESCRIPTOR;
        object = above;
    }
    return GT_NO_DESCRIPTOR;
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_accumulation *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void join(struct gt_accumulation *into, const struct gt_accumulation *part,
                 struct gt_vec *joined)
{
    into->bytes += part->bytes;
    gt_vec_add(joined, &(struct gt_joined_point){*part, into->node});
}

/* All of a kind have one type, or none. Records of waits have the runtime's, also in a stripped
 * program, since descriptors lead to them. */
static void join_small(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                       const struct gt_vec *small, struct gt_accumulation *into,
                       struct gt_vec *joined)
{
    for (size_t i = 0; i < small->len; i++) {
        const struct gt_accumulation *part = gt_vec_at(small, i);
        uint32_t object = gt_dominators_object(tree, part->node);
        if (gt_typing_type(analysis->typing, object) && is_descriptor(analysis, object))
            join(into, part, joined);
    }
}

void gt_descriptor_points_join(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, const struct gt_vec *small,
                               struct gt_vec *points, struct gt_vec *joined)
{
    struct gt_accumulation *first[GT_DESCRIPTOR_PARTS] = {0};
    size_t kept = 0;

    for (size_t i = 0; i < points->len; i++) {
        const struct gt_accumulation *point = gt_vec_at(points, i);
        enum gt_descriptor_part part = gt_descriptor_part_of(analysis, tree, point->node);
        if (first[part]) {
            join(first[part], point, joined);
            continue;
        }
        if (part) first[part] = gt_vec_at(points, kept);
        memmove(gt_vec_at(points, kept++), point, sizeof *point);
    }
    points->len = kept;
    if (first[GT_DESCRIPTORS]) join_small(analysis, tree, small, first[GT_DESCRIPTORS], joined);
    if (kept) qsort(points->data, kept, sizeof(struct gt_accumulation), by_bytes);
}
