#include "inspector/graph/paths.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

#include <string.h>

enum { READY = 16 }; /* a power of two */

struct ready {
    const struct gt_region *region;
    uint32_t slot;
};

struct builder {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    uint32_t *parent;
    uint32_t *queue; /* each object enters once, so it never wraps */
    uint32_t head, tail;
    uint32_t ready_end; /* objects from head to here are found and fetched ahead */
    struct ready ready[READY];
    uint32_t from;    /* what parents get now */
    uint64_t address; /* of the object being scanned, when it has cut words */
    struct gt_follow follow;
};

static void fetch_parent(const void *ctx, uint32_t object)
{
    const struct builder *builder = ctx;

    if (object >= builder->heap->scan_objects) return;
    __builtin_prefetch(&builder->parent[object], 1);
    __builtin_prefetch(&builder->heap->allocated.words[object >> 6]);
}

/* Values settle in the order they were found in, so this is breadth first in spite of delays. */
GT_INLINE void settle(void *ctx, struct gt_aimed aimed)
{
    struct builder *builder = ctx;
    uint32_t object = aimed.object;

    if (object >= builder->heap->scan_objects) return;
    if (builder->parent[object] != GT_NO_PARENT) return;
    if (!gt_bit(&builder->heap->allocated, object)) return;
    if (builder->cut && gt_bit(&builder->cut->blocked, object)) return;
    builder->parent[object] = aimed.from;
    builder->queue[builder->tail++] = object;
}

GT_INLINE void reach(struct builder *builder, uint64_t value)
{
    gt_follow(&builder->follow, builder->heap, value, builder->from, fetch_parent, settle, builder);
}

GT_INLINE void reach_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    reach(ctx, value);
}

static void reach_uncut(void *ctx, uint64_t offset, uint64_t value)
{
    struct builder *builder = ctx;
    if (!gt_cut_has_word(builder->cut, builder->address + offset)) reach(builder, value);
}

static void scan(struct builder *builder, const struct gt_region *region, uint32_t slot)
{
    const struct gt_cut *cut = builder->cut;
    uint32_t object = region->first + slot;
    uint64_t words = region->slot_size / 8;

    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    builder->from = object;
    if (cut && gt_bit(&cut->has_words, object)) {
        builder->address = region->base + slot * region->slot_size;
        gt_walk_slot(builder->heap, region, slot, words, reach_uncut, builder);
    } else {
        gt_walk_slot(builder->heap, region, slot, words, reach_word, builder);
    }
}

static struct ready make_ready(const struct gt_heap *heap, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(heap, object);
    struct ready ready = {region, object - region->first};

    gt_follow_fetch_slot(region, ready.slot);
    return ready;
}

static bool scan_next(struct builder *builder)
{
    while (builder->ready_end < builder->tail && builder->ready_end - builder->head < READY) {
        builder->ready[builder->ready_end % READY] =
            make_ready(builder->heap, builder->queue[builder->ready_end]);
        builder->ready_end++;
    }
    if (builder->head == builder->tail) return false;
    struct ready ready = builder->ready[builder->head++ % READY];
    scan(builder, ready.region, ready.slot);
    return true;
}

static void reach_roots(struct builder *builder, const uint64_t *values, size_t count)
{
    for (size_t i = 0; i < count && i < GT_FROM_ROOT - 1; i++) {
        builder->from = GT_FROM_ROOT | (uint32_t)i;
        reach(builder, values[i]);
    }
}

void gt_forest_init(struct gt_forest *forest, const struct gt_heap *heap, const struct gt_cut *cut,
                    const uint64_t *root_values, size_t root_count)
{
    size_t size = (size_t)heap->scan_objects * sizeof *forest->parent;
    struct builder builder = {.heap = heap, .cut = cut, .queue = gt_alloc(size)};

    builder.parent = memset(gt_alloc(size), 0xff, size);
    reach_roots(&builder, root_values, root_count);
    do {
        while (scan_next(&builder))
            ;
        gt_follow_all(&builder.follow, heap, fetch_parent, settle, &builder);
    } while (builder.head < builder.tail);
    gt_free(builder.queue);
    *forest = (struct gt_forest){builder.parent, heap->scan_objects};
}

void gt_forest_deinit(struct gt_forest *forest)
{
    gt_free(forest->parent);
    *forest = (struct gt_forest){0};
}

/* How many objects the chain from a root to `object` has; 0 when there is none. A chain longer
 * than there are objects is a loop, and no chain. */
static size_t chain_length(const struct gt_forest *forest, uint32_t object, uint32_t *root)
{
    for (size_t length = 1; length <= forest->count && object < forest->count; length++) {
        uint32_t parent = forest->parent[object];
        if (parent == GT_NO_PARENT) return 0;
        if (parent & GT_FROM_ROOT) {
            *root = parent & ~GT_FROM_ROOT;
            return length;
        }
        object = parent;
    }
    return 0;
}

size_t gt_forest_path(const struct gt_forest *forest, uint32_t object, uint32_t *out, size_t max,
                      uint32_t *root, size_t *skipped)
{
    uint32_t number = 0;
    size_t length = chain_length(forest, object, &number), kept = length < max ? length : max;
    size_t gap = length - kept, front = gap ? max / 2 : kept;

    for (size_t at = length; at-- > 0; object = forest->parent[object]) {
        if (at < front)
            out[at] = object;
        else if (at >= front + gap)
            out[at - gap] = object;
    }
    if (root && length) *root = number;
    if (skipped) *skipped = gap;
    return kept;
}
