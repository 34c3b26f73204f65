/* A breadth-first search that stops when it has reached the object asked for, and goes on at the
 * next query. Objects in the queue are fetched ahead of their scan. */
#include "inspector/graph/paths.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/fetched.h"
#include "inspector/graph/follow.h"

enum { READY = 16 }; /* a power of two */

struct ready {
    const struct gt_region *region;
    uint32_t slot;
};

struct gt_forest {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    uint32_t *parent; /* by object: its parent, inverted, so that pages of objects that are not
                       * reached are untouched and take no memory */
    uint32_t *queue;  /* each object enters once, so the end is never reached */
    uint32_t head, tail;
    uint32_t ready_end; /* objects from head to here are fetched ahead */
    struct ready ready[READY];
    uint32_t from;    /* the parent of the objects that are reached now */
    uint64_t address; /* of the object being scanned, when it has cut words */
    struct gt_follow follow;
    struct late_root { /* to be reached when the objects of other roots are scanned */
        uint64_t value;
        uint32_t from;
    } * late;
    size_t late_count;
    uint32_t late_at; /* of the queue */
};

static uint32_t parent_of(const struct gt_forest *forest, uint32_t object)
{
    return ~forest->parent[object];
}

static void fetch_parent(const void *ctx, uint32_t object)
{
    const struct gt_forest *forest = ctx;

    if (object >= forest->heap->scan_objects) return;
    __builtin_prefetch(&forest->parent[object], 1);
    __builtin_prefetch(&forest->heap->allocated.words[object >> 6]);
}

/* Values settle in the order in which they were found, so this is breadth first in spite of the
 * delays. */
GT_INLINE void settle(void *ctx, struct gt_aimed aimed)
{
    struct gt_forest *forest = ctx;
    uint32_t object = aimed.object;

    if (object >= forest->heap->scan_objects) return;
    if (parent_of(forest, object) != GT_NO_PARENT) return;
    if (!gt_bit(&forest->heap->allocated, object)) return;
    if (forest->cut && gt_bit(&forest->cut->blocked, object)) return;
    forest->parent[object] = ~aimed.from;
    forest->queue[forest->tail++] = object;
}

GT_INLINE void reach(struct gt_forest *forest, uint64_t value)
{
    gt_follow(&forest->follow, forest->heap, value, forest->from, fetch_parent, settle, forest);
}

GT_INLINE void reach_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    reach(ctx, value);
}

static void reach_uncut(void *ctx, uint64_t offset, uint64_t value)
{
    struct gt_forest *forest = ctx;
    if (!gt_cut_has_word(forest->cut, forest->address + offset)) reach(forest, value);
}

static void scan(struct gt_forest *forest, const struct gt_region *region, uint32_t slot)
{
    const struct gt_cut *cut = forest->cut;
    uint32_t object = region->first + slot;
    uint64_t words = region->slot_size / 8;

    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    forest->from = object;
    if (cut && gt_bit(&cut->has_words, object)) {
        forest->address = region->base + slot * region->slot_size;
        gt_walk_slot(forest->heap, region, slot, words, reach_uncut, forest);
    } else {
        gt_walk_slot(forest->heap, region, slot, words, reach_word, forest);
    }
}

static struct ready make_ready(const struct gt_heap *heap, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(heap, object);
    struct ready ready = {region, object - region->first};

    gt_fetch_slot(region, ready.slot);
    return ready;
}

static bool scan_next(struct gt_forest *forest)
{
    while (forest->ready_end < forest->tail && forest->ready_end - forest->head < READY) {
        forest->ready[forest->ready_end % READY] =
            make_ready(forest->heap, forest->queue[forest->ready_end]);
        forest->ready_end++;
    }
    if (forest->head == forest->tail) return false;
    struct ready ready = forest->ready[forest->head++ % READY];
    scan(forest, ready.region, ready.slot);
    return true;
}

static void reach_roots(struct gt_forest *forest, const uint64_t *values, size_t count,
                        const struct gt_bitmap *late)
{
    for (size_t i = 0; i < count && i < GT_FROM_ROOT - 1; i++) {
        forest->from = GT_FROM_ROOT | (uint32_t)i;
        if (late && gt_bit(late, i))
            forest->late[forest->late_count++] = (struct late_root){values[i], forest->from};
        else
            reach(forest, values[i]);
    }
    gt_follow_all(&forest->follow, forest->heap, fetch_parent, settle, forest);
    forest->late_at = forest->tail;
}

/* What the objects of other roots point to is found before. */
static void reach_late(struct gt_forest *forest)
{
    for (size_t i = 0; i < forest->late_count; i++) {
        forest->from = forest->late[i].from;
        reach(forest, forest->late[i].value);
    }
    forest->late_count = 0;
}

struct gt_forest *gt_forest_create_late(const struct gt_heap *heap, const struct gt_cut *cut,
                                        const uint64_t *root_values, size_t root_count,
                                        const struct gt_bitmap *late)
{
    size_t late_count = late ? gt_bitmap_count(late) : 0;
    struct gt_forest *forest = gt_calloc(1, sizeof *forest);

    *forest = (struct gt_forest){.heap = heap, .cut = cut};
    forest->queue = gt_alloc((size_t)heap->scan_objects * sizeof *forest->queue);
    forest->parent = gt_calloc(heap->scan_objects, sizeof *forest->parent);
    forest->late = gt_calloc(late_count + 1, sizeof *forest->late);
    reach_roots(forest, root_values, root_count, late);
    return forest;
}

struct gt_forest *gt_forest_create(const struct gt_heap *heap, const struct gt_cut *cut,
                                   const uint64_t *root_values, size_t root_count)
{
    return gt_forest_create_late(heap, cut, root_values, root_count, NULL);
}

void gt_forest_destroy(struct gt_forest *forest)
{
    if (!forest) return;
    gt_free(forest->parent);
    gt_free(forest->queue);
    gt_free(forest->late);
    gt_free(forest);
}

/* False when everything that can be reached has been. */
static bool search_on(struct gt_forest *forest)
{
    if (forest->late_count && forest->head >= forest->late_at) reach_late(forest);
    if (scan_next(forest)) return true;
    gt_follow_all(&forest->follow, forest->heap, fetch_parent, settle, forest);
    return forest->head < forest->tail;
}

uint32_t gt_forest_parent(struct gt_forest *forest, uint32_t object)
{
    if (object >= forest->heap->scan_objects) return GT_NO_PARENT;
    while (parent_of(forest, object) == GT_NO_PARENT)
        if (!search_on(forest)) break;
    return parent_of(forest, object);
}

/* How many objects the chain from a root to `object` has; 0 when there is none. An object's parent
 * was reached before it, so the chain ends. */
static size_t chain_length(struct gt_forest *forest, uint32_t object, uint32_t *root)
{
    size_t length = 1;
    uint32_t parent = gt_forest_parent(forest, object);

    if (parent == GT_NO_PARENT) return 0;
    for (; !(parent & GT_FROM_ROOT); parent = parent_of(forest, parent))
        length++;
    *root = parent & ~GT_FROM_ROOT;
    return length;
}

size_t gt_forest_path(struct gt_forest *forest, uint32_t object, uint32_t *out, size_t max,
                      uint32_t *root, size_t *skipped)
{
    uint32_t number = 0;
    size_t length = chain_length(forest, object, &number), kept = length < max ? length : max;
    size_t gap = length - kept, front = gap ? max / 2 : kept;

    for (size_t at = length; at-- > 0; object = parent_of(forest, object)) {
        if (at < front)
            out[at] = object;
        else if (at >= front + gap)
            out[at - gap] = object;
    }
    if (root && length) *root = number;
    if (skipped) *skipped = gap;
    return kept;
}
