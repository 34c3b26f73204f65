/* Adding edges sets bits in the form that a mark reads. Adding them back seeds a marker with their
 * targets, except for edges of objects that are not marked yet. */
#include "inspector/detect/retention/exclusion.h"

void gt_edges_init(struct gt_edges *edges)
{
    *edges = (struct gt_edges){0};
}

void gt_edges_deinit(struct gt_edges *edges)
{
    gt_u32s_deinit(&edges->roots);
    gt_u64s_deinit(&edges->words);
    gt_u32s_deinit(&edges->no_out_edges);
}

void gt_exclusion_init(struct gt_exclusion *exclusion, const struct gt_heap_analysis *analysis)
{
    gt_bitmap_init(&exclusion->roots, analysis->roots->list.len);
    gt_cut_init(&exclusion->cut, &analysis->heap->graph);
}

void gt_exclusion_deinit(struct gt_exclusion *exclusion)
{
    gt_bitmap_deinit(&exclusion->roots);
    gt_cut_deinit(&exclusion->cut);
}

void gt_exclusion_add(struct gt_exclusion *exclusion, const struct gt_heap_analysis *analysis,
                      const struct gt_edges *edges)
{
    for (size_t i = 0; i < edges->roots.len; i++)
        gt_bit_set(&exclusion->roots, edges->roots.at[i]);
    if (edges->words.len)
        gt_map_reserve(&exclusion->cut.words, exclusion->cut.words.len + edges->words.len);
    for (size_t i = 0; i < edges->words.len; i++)
        gt_cut_word(&exclusion->cut, &analysis->heap->graph, edges->words.at[i]);
    for (size_t i = 0; i < edges->no_out_edges.len; i++)
        gt_bit_set(&exclusion->cut.no_out_edges, edges->no_out_edges.at[i]);
}

bool gt_exclusion_covers(const struct gt_exclusion *exclusion, const struct gt_edges *edges)
{
    bool covers = true;

    for (size_t i = 0; covers && i < edges->roots.len; i++)
        covers = gt_bit(&exclusion->roots, edges->roots.at[i]);
    for (size_t i = 0; covers && i < edges->words.len; i++)
        covers = gt_map_find(&exclusion->cut.words, edges->words.at[i]) != NULL;
    for (size_t i = 0; covers && i < edges->no_out_edges.len; i++)
        covers = gt_bit(&exclusion->cut.no_out_edges, edges->no_out_edges.at[i]);
    return covers;
}

void gt_edges_give(const struct gt_edges *edges, const struct gt_heap_analysis *analysis,
                   struct gt_exclusive *owners, uint32_t owner)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    for (size_t i = 0; i < edges->roots.len; i++) {
        uint32_t number = edges->roots.at[i];
        const struct gt_root *root = gt_root_at(analysis->roots, number);
        if (root->kind == GT_ROOT_CONTENTS)
            gt_exclusive_contents(owners, owner, number, gt_heap_object(graph, root->value));
        else
            gt_exclusive_root(owners, owner, number, root->value);
    }
    for (size_t i = 0; i < edges->words.len; i++)
        if (gt_heap_object(graph, edges->words.at[i]) != GT_NO_OBJECT)
            gt_exclusive_word(owners, owner, edges->words.at[i]);
    for (size_t i = 0; i < edges->no_out_edges.len; i++)
        gt_exclusive_out_edges(owners, owner, edges->no_out_edges.at[i]);
}

struct adder {
    const struct gt_heap_analysis *analysis;
    const struct gt_exclusion *still_away;
    const struct gt_bitmap *marked;
    struct gt_marker *marker;
};

static void add_roots(const struct adder *adder, const struct gt_u32s *roots)
{
    for (size_t i = 0; i < roots->len; i++) {
        uint32_t root = roots->at[i];
        if (!gt_bit(&adder->still_away->roots, root))
            gt_live_seed(adder->marker, adder->analysis->heap,
                         gt_root_at(adder->analysis->roots, root));
    }
}

static void add_words(const struct adder *adder, const struct gt_u64s *words)
{
    uint64_t value;

    for (size_t i = 0; i < words->len; i++) {
        uint64_t addr = words->at[i];
        uint32_t holder = gt_heap_object(&adder->analysis->heap->graph, addr);
        if (gt_map_find(&adder->still_away->cut.words, addr)) continue;
        if (holder != GT_NO_OBJECT && !gt_bit(adder->marked, holder)) continue;
        if (gt_mem_u64(adder->analysis->process->mem, addr, &value))
            gt_mark_word(adder->marker, value);
    }
}

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_word(ctx, value);
}

/* The marks before have not read them, so an object without pointers is noted here. */
static void add_muted(const struct adder *adder, const struct gt_u32s *no_out_edges)
{
    const struct gt_heap *graph = &adder->analysis->heap->graph;

    for (size_t i = 0; i < no_out_edges->len; i++) {
        uint32_t object = no_out_edges->at[i];
        if (!gt_bit(&adder->still_away->cut.no_out_edges, object) && gt_bit(adder->marked, object))
            graph->notes->bare |= !gt_heap_words(graph, object, seed_word, adder->marker);
    }
}

void gt_edges_add_back(const struct gt_edges *edges, const struct gt_heap_analysis *analysis,
                       const struct gt_exclusion *still_away, const struct gt_bitmap *marked,
                       struct gt_marker *marker)
{
    struct adder adder = {analysis, still_away, marked, marker};

    add_roots(&adder, &edges->roots);
    add_words(&adder, &edges->words);
    add_muted(&adder, &edges->no_out_edges);
}
