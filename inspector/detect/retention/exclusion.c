#include "inspector/detect/retention/exclusion.h"

void gt_edges_init(struct gt_edges *edges)
{
    *edges = (struct gt_edges){.roots = GT_VEC_OF(uint32_t),
                               .words = GT_VEC_OF(uint64_t),
                               .no_out_edges = GT_VEC_OF(uint32_t)};
}

void gt_edges_deinit(struct gt_edges *edges)
{
    gt_vec_deinit(&edges->roots);
    gt_vec_deinit(&edges->words);
    gt_vec_deinit(&edges->no_out_edges);
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
        gt_bit_set(&exclusion->roots, gt_vec_u32(&edges->roots, i));
    for (size_t i = 0; i < edges->words.len; i++)
        gt_cut_word(&exclusion->cut, &analysis->heap->graph, gt_vec_u64(&edges->words, i));
    for (size_t i = 0; i < edges->no_out_edges.len; i++)
        gt_bit_set(&exclusion->cut.no_out_edges, gt_vec_u32(&edges->no_out_edges, i));
}

bool gt_exclusion_covers(const struct gt_exclusion *exclusion, const struct gt_edges *edges)
{
    bool covers = true;

    for (size_t i = 0; covers && i < edges->roots.len; i++)
        covers = gt_bit(&exclusion->roots, gt_vec_u32(&edges->roots, i));
    for (size_t i = 0; covers && i < edges->words.len; i++)
        covers = gt_map_find(&exclusion->cut.words, gt_vec_u64(&edges->words, i)) != NULL;
    for (size_t i = 0; covers && i < edges->no_out_edges.len; i++)
        covers = gt_bit(&exclusion->cut.no_out_edges, gt_vec_u32(&edges->no_out_edges, i));
    return covers;
}

void gt_edges_give(const struct gt_edges *edges, const struct gt_heap_analysis *analysis,
                   struct gt_exclusive *owners, uint32_t owner)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    for (size_t i = 0; i < edges->roots.len; i++) {
        uint32_t number = gt_vec_u32(&edges->roots, i);
        const struct gt_root *root = gt_root_at(analysis->roots, number);
        if (root->kind == GT_ROOT_CONTENTS)
            gt_exclusive_contents(owners, owner, number, gt_heap_object(graph, root->value));
        else
            gt_exclusive_root(owners, owner, number, root->value);
    }
    for (size_t i = 0; i < edges->words.len; i++)
        if (gt_heap_object(graph, gt_vec_u64(&edges->words, i)) != GT_NO_OBJECT)
            gt_exclusive_word(owners, owner, gt_vec_u64(&edges->words, i));
    for (size_t i = 0; i < edges->no_out_edges.len; i++)
        gt_exclusive_out_edges(owners, owner, gt_vec_u32(&edges->no_out_edges, i));
}

struct adder {
    const struct gt_heap_analysis *analysis;
    const struct gt_exclusion *still_away;
    const struct gt_bitmap *marked;
    struct gt_marker *marker;
};

static void add_roots(const struct adder *adder, const struct gt_vec *roots)
{
    for (size_t i = 0; i < roots->len; i++) {
        uint32_t root = gt_vec_u32(roots, i);
        if (!gt_bit(&adder->still_away->roots, root))
            gt_live_seed(adder->marker, adder->analysis->heap,
                         gt_root_at(adder->analysis->roots, root));
    }
}

static void add_words(const struct adder *adder, const struct gt_vec *words)
{
    uint64_t value;

    for (size_t i = 0; i < words->len; i++) {
        uint64_t addr = gt_vec_u64(words, i);
        uint32_t holder = gt_heap_object(&adder->analysis->heap->graph, addr);
        if (gt_map_find(&adder->still_away->cut.words, addr)) continue;
        if (holder != GT_NO_OBJECT && !gt_bit(adder->marked, holder)) continue;
        if (gt_mem_u64(adder->analysis->process->mem, addr, &value))
            gt_mark_seed(adder->marker, value);
    }
}

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

static void add_muted(const struct adder *adder, const struct gt_vec *no_out_edges)
{
    for (size_t i = 0; i < no_out_edges->len; i++) {
        uint32_t object = gt_vec_u32(no_out_edges, i);
        if (!gt_bit(&adder->still_away->cut.no_out_edges, object) && gt_bit(adder->marked, object))
            gt_heap_words(&adder->analysis->heap->graph, object, seed_word, adder->marker);
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
