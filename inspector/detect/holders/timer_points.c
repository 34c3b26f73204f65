/* Sums up what the timers in a holder retain that findings have, and drops the holder if that is
 * nearly all of its bytes. */
#include "inspector/detect/holders/timer_points.h"

#include "inspector/detect/retention/baseline.h"

#include <string.h>

enum { NEARLY_ALL = 90 /* percent */ };

static bool is_in(const struct gt_heap_analysis *analysis, uint32_t object,
                  const struct gt_timer *timer)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    return timer->kind != GT_TIMER_OTHER &&
           timer->heap_word - gt_heap_address(graph, object) < gt_heap_size(graph, object);
}

/* The bytes that the timers of this heap keep and that are in findings. */
static uint64_t bytes_in_findings(const struct gt_heap_analysis *analysis,
                                  const struct gt_dominators *tree, uint32_t object)
{
    const struct gt_vec *timers = &analysis->baseline->timers.list;
    uint64_t bytes = 0;

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (!is_in(analysis, object, timer)) continue;
        uint32_t kept = gt_heap_object(&analysis->heap->graph, timer->address);
        uint32_t node = gt_dominators_node(tree, kept);
        if (node != GT_NO_NODE && !gt_bit(&analysis->innocent, kept))
            bytes += gt_dominators_retained(tree, node);
    }
    return bytes;
}

static bool is_in_findings(const struct gt_heap_analysis *analysis,
                           const struct gt_dominators *tree, const struct gt_accumulation *point)
{
    uint32_t object = gt_dominators_object(tree, point->node);

    return point->count == 1 && object != GT_NO_OBJECT &&
           bytes_in_findings(analysis, tree, object) > point->bytes / 100 * NEARLY_ALL;
}

void gt_timer_points_leave_out(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, struct gt_vec *points)
{
    size_t kept = 0;

    for (size_t i = 0; i < points->len; i++) {
        const struct gt_accumulation *point = gt_vec_at(points, i);
        if (!is_in_findings(analysis, tree, point))
            memmove(gt_vec_at(points, kept++), point, sizeof *point);
    }
    points->len = kept;
}
