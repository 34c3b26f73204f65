/* Walks over the live objects twice: the first walk counts the edges to each object, the second one
 * fills their places in the list. A climb has a queue and a hash table of what it has reached. */
#include "inspector/graph/reverse_edges.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

/* ---- the edges, reversed ------------------------------------------------------------------- */

struct reverser {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_reverse_edges *parents;
    uint32_t from;
    uint64_t address; /* of the object whose words are visited */
};

static uint32_t child_of(const struct reverser *reverser, uint64_t offset, uint64_t value)
{
    if (reverser->cut && gt_bit(&reverser->cut->has_words, reverser->from) &&
        gt_cut_has_word(reverser->cut, reverser->address + offset))
        return GT_NO_OBJECT;
    return gt_heap_object(reverser->heap, value);
}

/* Counts are stored one place further on, so that their sums become the next object's start. */
static void count_parent(void *ctx, uint64_t offset, uint64_t value)
{
    struct reverser *reverser = ctx;
    uint32_t child = child_of(reverser, offset, value);

    if (child != GT_NO_OBJECT) reverser->parents->first[child + 1]++;
}

static void take_parent(void *ctx, uint64_t offset, uint64_t value)
{
    struct reverser *reverser = ctx;
    uint32_t child = child_of(reverser, offset, value);

    if (child != GT_NO_OBJECT)
        reverser->parents->list[reverser->parents->first[child]++] = reverser->from;
}

static void walk_live(struct reverser *reverser, const struct gt_bitmap *live, gt_word_fn *visit)
{
    const struct gt_heap *heap = reverser->heap;

    for (uint32_t object = 0; object < heap->scan_objects; object++) {
        if (!gt_bit(live, object)) continue;
        if (reverser->cut && gt_bit(&reverser->cut->no_out_edges, object)) continue;
        reverser->from = object;
        reverser->address = gt_heap_address(heap, object);
        gt_heap_words(heap, object, visit, reverser);
    }
}

void gt_reverse_edges_init(struct gt_reverse_edges *parents, const struct gt_heap *heap,
                           const struct gt_cut *cut, const struct gt_bitmap *live)
{
    struct reverser reverser = {.heap = heap, .cut = cut, .parents = parents};
    uint64_t *first = gt_calloc((size_t)heap->objects + 1, sizeof *first);

    *parents = (struct gt_reverse_edges){.first = first, .objects = heap->objects};
    walk_live(&reverser, live, count_parent);
    for (uint32_t i = 0; i < heap->objects; i++)
        first[i + 1] += first[i];
    parents->list = gt_alloc(first[heap->objects] * sizeof *parents->list);
    walk_live(&reverser, live, take_parent);
    /* Each entry is now where the next object starts. */
    memmove(first + 1, first, heap->objects * sizeof *first);
    first[0] = 0;
}

void gt_reverse_edges_deinit(struct gt_reverse_edges *parents)
{
    gt_free(parents->first);
    gt_free(parents->list);
    *parents = (struct gt_reverse_edges){0};
}

/* ---- sources ------------------------------------------------------------------------------- */

struct source_finder {
    const struct gt_heap *heap;
    const struct gt_bitmap *some, *targets;
    struct gt_bitmap regions;       /* those with targets */
    const struct gt_region *region; /* whose words are visited */
    uint64_t offset;                /* in it, of what is visited */
    struct gt_bitmap *sources;
};

static void mark_regions(struct source_finder *finder)
{
    const struct gt_bitmap *targets = finder->targets;

    for (size_t at = gt_bitmap_next(targets, 0); at < targets->bits;) {
        const struct gt_region *region = gt_heap_region_of(finder->heap, (uint32_t)at);
        gt_bit_set(&finder->regions, (size_t)(region - finder->heap->regions));
        at = gt_bitmap_next(targets, (size_t)region->first + region->count);
    }
}

static bool is_target(const struct source_finder *finder, struct gt_found found)
{
    struct gt_aimed aimed = gt_follow_aim(finder->heap, found);

    return aimed.region && gt_bit(finder->targets, aimed.object);
}

GT_INLINE void look_for_target(void *ctx, uint64_t offset, uint64_t value)
{
    const struct source_finder *finder = ctx;
    const struct gt_region *region = finder->region;
    struct gt_found found = gt_follow_find(finder->heap, value, 0);

    if (!found.region || !gt_bit(&finder->regions, found.region - 1)) return;
    if (!is_target(finder, found)) return;
    uint32_t slot = gt_region_slot(region, region->base + finder->offset + offset);
    if (gt_bit(finder->some, region->first + slot))
        gt_bit_set(finder->sources, region->first + slot);
}

static void visit_slots(struct source_finder *finder, const struct gt_region *region)
{
    size_t end = (size_t)region->first + region->count;

    for (size_t at = gt_bitmap_next(finder->some, region->first); at < end;
         at = gt_bitmap_next(finder->some, at + 1)) {
        uint32_t slot = (uint32_t)at - region->first;
        finder->offset = slot * region->slot_size;
        gt_walk_slot(finder->heap, region, slot, region->slot_size / 8, look_for_target, finder);
    }
}

/* One bitmap has the pointers of all slots, so they are visited together. */
static void visit_region(struct source_finder *finder, const struct gt_region *region)
{
    finder->region = region;
    finder->offset = 0;
    if (!region->bytes) return;
    if (region->scan == GT_SCAN_BITMAP && !region->sparse)
        gt_walk_bits(region->mask, region->mask_bytes, 0, region->count * region->slot_size / 8,
                     region->bytes, 0, look_for_target, finder);
    else
        visit_slots(finder, region);
}

/* Regions without any of the objects are passed over. */
static void visit_regions(struct source_finder *finder)
{
    const struct gt_region *region = finder->heap->regions;
    uint32_t end = finder->heap->scan_objects;

    for (size_t at = gt_bitmap_next(finder->some, 0); at < end;) {
        while (at - region->first >= region->count)
            region++;
        visit_region(finder, region);
        at = gt_bitmap_next(finder->some, (size_t)region->first + region->count);
    }
}

void gt_find_sources(const struct gt_heap *heap, const struct gt_bitmap *some,
                     const struct gt_bitmap *targets, struct gt_bitmap *sources)
{
    struct source_finder finder = {
        .heap = heap, .some = some, .targets = targets, .sources = sources};

    if (gt_bitmap_next(targets, 0) == targets->bits) return;
    gt_bitmap_init(&finder.regions, heap->region_count);
    mark_regions(&finder);
    visit_regions(&finder);
    gt_bitmap_deinit(&finder.regions);
}

/* ---- climbing -------------------------------------------------------------------------------- */

static void reach_object(struct gt_climb *climb, uint32_t object, uint32_t down)
{
    bool added;
    uint64_t *known = gt_map_put(&climb->down, object, &added);

    if (!added) return;
    *known = down;
    gt_u32s_add(&climb->queue, object);
}

void gt_climb_init(struct gt_climb *climb, uint32_t start)
{
    *climb = (struct gt_climb){0};
    reach_object(climb, start, GT_NO_OBJECT);
}

void gt_climb_deinit(struct gt_climb *climb)
{
    gt_map_deinit(&climb->down);
    gt_u32s_deinit(&climb->queue);
}

/* The parents of an object are reached when the next object is asked for, not before: the last ones
 * never are. */
uint32_t gt_climb_next(struct gt_climb *climb, const struct gt_reverse_edges *parents)
{
    if (climb->next > 0) {
        uint32_t last = climb->queue.at[climb->next - 1];
        for (uint64_t i = parents->first[last]; i < parents->first[last + 1]; i++)
            reach_object(climb, parents->list[i], last);
    }
    if (climb->next == climb->queue.len) return GT_NO_OBJECT;
    return climb->queue.at[climb->next++];
}

size_t gt_climb_path(const struct gt_climb *climb, uint32_t object, uint32_t *out, size_t max)
{
    size_t count = 0;

    for (; object != GT_NO_OBJECT && count < max; count++) {
        out[count] = object;
        object = (uint32_t)*gt_map_find(&climb->down, object);
    }
    return object == GT_NO_OBJECT ? count : 0;
}
