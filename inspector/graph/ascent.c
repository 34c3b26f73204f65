#include "inspector/graph/ascent.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/walk.h"

/* ---- the edges, turned round ---------------------------------------------------------------- */

struct turning {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_parents *parents;
    uint32_t from;
    uint64_t address; /* of the object whose words are seen */
};

static uint32_t child_of(const struct turning *turning, uint64_t offset, uint64_t value)
{
    if (turning->cut && gt_bit(&turning->cut->has_words, turning->from) &&
        gt_cut_has_word(turning->cut, turning->address + offset))
        return GT_NO_OBJECT;
    return gt_heap_object(turning->heap, value);
}

/* Counts come to stand one place on, so that sums of them are where the next object's start. */
static void count_parent(void *ctx, uint64_t offset, uint64_t value)
{
    struct turning *turning = ctx;
    uint32_t child = child_of(turning, offset, value);

    if (child != GT_NO_OBJECT) turning->parents->first[child + 1]++;
}

static void take_parent(void *ctx, uint64_t offset, uint64_t value)
{
    struct turning *turning = ctx;
    uint32_t child = child_of(turning, offset, value);

    if (child != GT_NO_OBJECT)
        turning->parents->list[turning->parents->first[child]++] = turning->from;
}

static void walk_live(struct turning *turning, const struct gt_bitmap *live, gt_word_fn *visit)
{
    const struct gt_heap *heap = turning->heap;

    for (uint32_t object = 0; object < heap->scan_objects; object++) {
        if (!gt_bit(live, object)) continue;
        if (turning->cut && gt_bit(&turning->cut->muted, object)) continue;
        turning->from = object;
        turning->address = gt_heap_address(heap, object);
        gt_heap_words(heap, object, visit, turning);
    }
}

void gt_parents_build(struct gt_parents *parents, const struct gt_heap *heap,
                      const struct gt_cut *cut, const struct gt_bitmap *live)
{
    struct turning turning = {.heap = heap, .cut = cut, .parents = parents};
    uint64_t *first = gt_calloc((size_t)heap->objects + 1, sizeof *first);

    *parents = (struct gt_parents){.first = first, .objects = heap->objects};
    walk_live(&turning, live, count_parent);
    for (uint32_t i = 0; i < heap->objects; i++)
        first[i + 1] += first[i];
    parents->list = gt_alloc(first[heap->objects] * sizeof *parents->list);
    walk_live(&turning, live, take_parent);
    /* Each now stands where the next one starts. */
    memmove(first + 1, first, heap->objects * sizeof *first);
    first[0] = 0;
}

void gt_parents_deinit(struct gt_parents *parents)
{
    gt_free(parents->first);
    gt_free(parents->list);
    *parents = (struct gt_parents){0};
}

/* ---- going up ------------------------------------------------------------------------------- */

static void meet(struct gt_ascent *ascent, uint32_t object, uint32_t down)
{
    bool added;
    uint64_t *known = gt_map_put(&ascent->down, object, &added);

    if (!added) return;
    *known = down;
    gt_vec_add(&ascent->queue, &object);
}

void gt_ascent_begin(struct gt_ascent *ascent, uint32_t start)
{
    *ascent = (struct gt_ascent){.queue = GT_VEC_OF(uint32_t)};
    meet(ascent, start, GT_NO_OBJECT);
}

void gt_ascent_end(struct gt_ascent *ascent)
{
    gt_map_free(&ascent->down);
    gt_vec_free(&ascent->queue);
}

/* Parents are met when the object is asked for, not before: the last ones never are. */
uint32_t gt_ascent_next(struct gt_ascent *ascent, const struct gt_parents *parents)
{
    if (ascent->next > 0) {
        uint32_t last = gt_vec_u32(&ascent->queue, ascent->next - 1);
        for (uint64_t i = parents->first[last]; i < parents->first[last + 1]; i++)
            meet(ascent, parents->list[i], last);
    }
    if (ascent->next == ascent->queue.len) return GT_NO_OBJECT;
    return gt_vec_u32(&ascent->queue, ascent->next++);
}

size_t gt_ascent_way(const struct gt_ascent *ascent, uint32_t object, uint32_t *out, size_t max)
{
    size_t count = 0;

    for (; object != GT_NO_OBJECT && count < max; count++) {
        out[count] = object;
        object = (uint32_t)*gt_map_find(&ascent->down, object);
    }
    return object == GT_NO_OBJECT ? count : 0;
}
