/* The list of objects is the queue of the walk, too: the words of each object add more at its
 * end. */
#include "inspector/detect/retention/beyond.h"

void gt_beyond_init(struct gt_beyond *beyond, const struct gt_heap *graph,
                    const struct gt_bitmap *base)
{
    *beyond = (struct gt_beyond){.graph = graph, .base = base};
    gt_bitmap_init(&beyond->taken, graph->objects);
}

void gt_beyond_deinit(struct gt_beyond *beyond)
{
    gt_bitmap_deinit(&beyond->taken);
    gt_u32s_deinit(&beyond->list);
}

bool gt_beyond_reached(const struct gt_beyond *beyond, uint64_t value)
{
    uint32_t object = gt_heap_object(beyond->graph, value);

    return object == GT_NO_OBJECT || gt_bit(beyond->base, object);
}

static void reach_value(void *ctx, uint64_t offset, uint64_t value)
{
    struct gt_beyond *beyond = ctx;
    uint32_t object = gt_heap_object(beyond->graph, value);

    (void)offset;
    if (object == GT_NO_OBJECT || gt_bit(beyond->base, object) ||
        gt_bit_test_set(&beyond->taken, object))
        return;
    beyond->bytes += gt_heap_size(beyond->graph, object);
    gt_u32s_add(&beyond->list, object);
}

uint64_t gt_beyond_take(struct gt_beyond *beyond, uint64_t value)
{
    beyond->bytes = 0;
    gt_u32s_clear(&beyond->list);
    reach_value(beyond, 0, value);
    for (size_t i = 0; i < beyond->list.len; i++)
        gt_heap_words(beyond->graph, beyond->list.at[i], reach_value, beyond);
    return beyond->bytes;
}
