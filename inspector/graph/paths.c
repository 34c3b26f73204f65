#include "inspector/graph/paths.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/walk.h"

#include <stdlib.h>
#include <string.h>

enum { AHEAD = 8 }; /* how far before their turn objects are fetched from memory */

struct builder {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    uint32_t *parent;
    uint32_t *queue; /* each object enters once, so it never wraps */
    uint32_t head, tail;
    uint32_t from;    /* what parents get now */
    bool cut_words;   /* whether the object being scanned has some */
    uint64_t address; /* of it, then */
};

static void reach(struct builder *builder, uint64_t value)
{
    uint32_t object = gt_heap_object(builder->heap, value);

    if (object >= builder->heap->scan_objects) return; /* GT_NO_OBJECT is one of these */
    if (builder->parent[object] != GT_NO_PARENT) return;
    if (builder->cut && gt_bit(&builder->cut->blocked, object)) return;
    builder->parent[object] = builder->from;
    builder->queue[builder->tail++] = object;
}

static void reach_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct builder *builder = ctx;

    if (builder->cut_words && gt_cut_has_word(builder->cut, builder->address + offset)) return;
    reach(builder, value);
}

static void fetch_ahead(const struct builder *builder)
{
    if (builder->tail - builder->head <= AHEAD) return;
    const unsigned char *bytes =
        gt_heap_bytes(builder->heap, builder->queue[builder->head + AHEAD]);
    if (bytes) __builtin_prefetch(bytes);
}

static void scan(struct builder *builder, uint32_t object)
{
    const struct gt_cut *cut = builder->cut;

    if (cut && gt_bit(&cut->muted, object)) return;
    builder->from = object;
    builder->cut_words = cut && gt_bit(&cut->has_words, object);
    if (builder->cut_words) builder->address = gt_heap_address(builder->heap, object);
    gt_heap_words(builder->heap, object, reach_word, builder);
}

void gt_forest_build(struct gt_forest *forest, const struct gt_heap *heap, const struct gt_cut *cut,
                     const uint64_t *root_values, size_t root_count)
{
    size_t size = (size_t)heap->scan_objects * sizeof *forest->parent;
    struct builder builder = {.heap = heap, .cut = cut, .queue = gt_alloc(size)};

    builder.parent = memset(gt_alloc(size), 0xff, size);
    for (size_t i = 0; i < root_count && i < GT_FROM_ROOT - 1; i++) {
        builder.from = GT_FROM_ROOT | (uint32_t)i;
        reach(&builder, root_values[i]);
    }
    while (builder.head < builder.tail) {
        fetch_ahead(&builder);
        scan(&builder, builder.queue[builder.head++]);
    }
    free(builder.queue);
    *forest = (struct gt_forest){builder.parent, heap->scan_objects};
}

void gt_forest_deinit(struct gt_forest *forest)
{
    free(forest->parent);
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
