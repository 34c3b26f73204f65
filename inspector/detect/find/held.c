/* Looks at every word of the live heap once. A word in an object's dominator is final; a word in
 * the object that first reached it serves until then. The roots serve for the objects that are
 * left. */
#include "inspector/detect/find/held.h"

struct seeker {
    struct gt_heap_analysis *analysis;
    const struct gt_dominators *tree;
    struct gt_held *list;
    struct gt_bitmap wanted;
    struct gt_map place;    /* object -> its index in the list + 1 */
    struct gt_bitmap final; /* by index: the holder is its dominator */
    uint32_t at;            /* the object whose words are visited */
};

static bool is_dominator(const struct seeker *seeker, uint32_t object, uint32_t of)
{
    uint32_t node = gt_dominators_node(seeker->tree, of);

    if (node == GT_NO_NODE) return false;
    return gt_dominators_object(seeker->tree, gt_dominators_parent(seeker->tree, node)) == object;
}

/* An object without pointers dominates nothing, so any object that points to it can be the
 * holder. */
static bool is_held_by(const struct seeker *seeker, uint32_t object, uint32_t first)
{
    if (first >= seeker->analysis->heap->graph.scan_objects) return true;
    return gt_forest_parent(gt_path_forest(seeker->analysis), first) == object;
}

/* Bytes of the slot before its data. */
static uint64_t header_of(const struct seeker *seeker)
{
    const struct gt_goheap *heap = seeker->analysis->heap;

    return gt_goheap_user(heap, seeker->at, &(uint64_t){0}) -
           gt_heap_address(&heap->graph, seeker->at);
}

static void look(void *ctx, uint64_t offset, uint64_t value)
{
    struct seeker *seeker = ctx;
    uint32_t object = gt_heap_object(&seeker->analysis->heap->graph, value);

    if (object == GT_NO_OBJECT || object == seeker->at || !gt_bit(&seeker->wanted, object)) return;
    size_t place = (size_t)*gt_map_find(&seeker->place, object) - 1;
    struct gt_held *held = &seeker->list[place];
    bool dominator = is_dominator(seeker, seeker->at, object);
    if (gt_bit(&seeker->final, place)) return;
    if (!dominator && (held->known || !is_held_by(seeker, seeker->at, object))) return;
    held->known = true;
    held->by = (struct gt_referrer){seeker->at, 0, offset - header_of(seeker)};
    if (dominator) gt_bit_set(&seeker->final, place);
}

static void look_at_objects(struct seeker *seeker)
{
    const struct gt_heap_analysis *analysis = seeker->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;

    for (size_t at = gt_bitmap_next(&analysis->live, 0); at < graph->scan_objects;
         at = gt_bitmap_next(&analysis->live, at + 1)) {
        seeker->at = (uint32_t)at;
        gt_heap_words(graph, seeker->at, look, seeker);
    }
}

/* Objects without a holder so far get a root; the first root counts. */
static void look_at_roots(struct seeker *seeker)
{
    const struct gt_roots *roots = seeker->analysis->roots;

    for (uint32_t i = 0; i < roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(roots, i);
        uint32_t object = gt_heap_object(&seeker->analysis->heap->graph, root->value);
        if (object == GT_NO_OBJECT || root->kind == GT_ROOT_CONTENTS) continue;
        if (!gt_bit(&seeker->wanted, object)) continue;
        struct gt_held *held = &seeker->list[*gt_map_find(&seeker->place, object) - 1];
        if (held->known) continue;
        held->known = true;
        held->by = (struct gt_referrer){GT_NO_OBJECT, i, 0};
    }
}

void gt_held_fill(struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                  struct gt_held *list, size_t count)
{
    struct seeker seeker = {.analysis = analysis, .tree = tree, .list = list};

    if (!count) return;
    gt_bitmap_init(&seeker.wanted, analysis->heap->graph.objects);
    gt_bitmap_init(&seeker.final, count);
    for (size_t i = 0; i < count; i++) {
        gt_bit_set(&seeker.wanted, list[i].object);
        *gt_map_put(&seeker.place, list[i].object, NULL) = i + 1;
        list[i].known = false;
    }
    look_at_objects(&seeker);
    look_at_roots(&seeker);
    gt_map_deinit(&seeker.place);
    gt_bitmap_deinit(&seeker.final);
    gt_bitmap_deinit(&seeker.wanted);
}
