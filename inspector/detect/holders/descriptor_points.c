#include "inspector/detect/holders/descriptor_points.h"

#include "inspector/base/error.h"

#include <stdlib.h>
#include <string.h>

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

bool gt_is_descriptor_point(const struct gt_heap_analysis *analysis,
                            const struct gt_dominators *tree, const struct gt_accumulation *point)
{
    uint32_t object = gt_dominators_object(tree, point->node);

    return object != GT_NO_OBJECT &&
           (is_descriptor(analysis, object) || object == list_of_all(analysis));
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_accumulation *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

void gt_descriptor_points_join(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, struct gt_vec *points)
{
    struct gt_accumulation *first = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < points->len; i++) {
        const struct gt_accumulation *point = gt_vec_at(points, i);
        bool joins = gt_is_descriptor_point(analysis, tree, point);
        if (joins && first) {
            first->bytes += point->bytes;
            continue;
        }
        if (joins) first = gt_vec_at(points, kept);
        memmove(gt_vec_at(points, kept++), point, sizeof *point);
    }
    points->len = kept;
    if (kept) qsort(points->data, kept, sizeof(struct gt_accumulation), by_bytes);
}
