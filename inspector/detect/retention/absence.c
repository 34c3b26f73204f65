#include "inspector/detect/retention/absence.h"

void gt_edges_init(struct gt_edges *edges)
{
    *edges = (struct gt_edges){
        .roots = GT_VEC_OF(uint32_t), .words = GT_VEC_OF(uint64_t), .muted = GT_VEC_OF(uint32_t)};
}

void gt_edges_deinit(struct gt_edges *edges)
{
    gt_vec_free(&edges->roots);
    gt_vec_free(&edges->words);
    gt_vec_free(&edges->muted);
}

void gt_absence_init(struct gt_absence *absence, const struct gt_study *study)
{
    gt_bitmap_init(&absence->roots, study->roots->list.len);
    gt_cut_init(&absence->cut, &study->heap->graph);
}

void gt_absence_deinit(struct gt_absence *absence)
{
    gt_bitmap_free(&absence->roots);
    gt_cut_deinit(&absence->cut);
}

void gt_absence_take(struct gt_absence *absence, const struct gt_study *study,
                     const struct gt_edges *edges)
{
    for (size_t i = 0; i < edges->roots.len; i++)
        gt_bit_set(&absence->roots, gt_vec_u32(&edges->roots, i));
    for (size_t i = 0; i < edges->words.len; i++)
        gt_cut_word(&absence->cut, &study->heap->graph, gt_vec_u64(&edges->words, i));
    for (size_t i = 0; i < edges->muted.len; i++)
        gt_bit_set(&absence->cut.muted, gt_vec_u32(&edges->muted, i));
}

bool gt_absence_covers(const struct gt_absence *absence, const struct gt_edges *edges)
{
    bool covers = true;

    for (size_t i = 0; covers && i < edges->roots.len; i++)
        covers = gt_bit(&absence->roots, gt_vec_u32(&edges->roots, i));
    for (size_t i = 0; covers && i < edges->words.len; i++)
        covers = gt_map_find(&absence->cut.words, gt_vec_u64(&edges->words, i)) != NULL;
    for (size_t i = 0; covers && i < edges->muted.len; i++)
        covers = gt_bit(&absence->cut.muted, gt_vec_u32(&edges->muted, i));
    return covers;
}

void gt_edges_give(const struct gt_edges *edges, const struct gt_study *study,
                   struct gt_owners *owners, uint32_t owner)
{
    const struct gt_heap *graph = &study->heap->graph;

    for (size_t i = 0; i < edges->roots.len; i++) {
        uint32_t number = gt_vec_u32(&edges->roots, i);
        const struct gt_root *root = gt_root_at(study->roots, number);
        if (root->kind == GT_ROOT_CONTENTS)
            gt_owners_contents(owners, owner, number, gt_heap_object(graph, root->value));
        else
            gt_owners_root(owners, owner, number, root->value);
    }
    for (size_t i = 0; i < edges->words.len; i++)
        if (gt_heap_object(graph, gt_vec_u64(&edges->words, i)) != GT_NO_OBJECT)
            gt_owners_word(owners, owner, gt_vec_u64(&edges->words, i));
    for (size_t i = 0; i < edges->muted.len; i++)
        gt_owners_mute(owners, owner, gt_vec_u32(&edges->muted, i));
}

struct adding {
    const struct gt_study *study;
    const struct gt_absence *still_away;
    const struct gt_bitmap *marked;
    struct gt_marker *marker;
};

static void add_roots(const struct adding *adding, const struct gt_vec *roots)
{
    for (size_t i = 0; i < roots->len; i++) {
        uint32_t root = gt_vec_u32(roots, i);
        if (!gt_bit(&adding->still_away->roots, root))
            gt_live_seed(adding->marker, adding->study->heap,
                         gt_root_at(adding->study->roots, root));
    }
}

static void add_words(const struct adding *adding, const struct gt_vec *words)
{
    uint64_t value;

    for (size_t i = 0; i < words->len; i++) {
        uint64_t addr = gt_vec_u64(words, i);
        uint32_t holder = gt_heap_object(&adding->study->heap->graph, addr);
        if (gt_map_find(&adding->still_away->cut.words, addr)) continue;
        if (holder != GT_NO_OBJECT && !gt_bit(adding->marked, holder)) continue;
        if (gt_mem_u64(adding->study->process->mem, addr, &value))
            gt_mark_seed(adding->marker, value);
    }
}

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

static void add_muted(const struct adding *adding, const struct gt_vec *muted)
{
    for (size_t i = 0; i < muted->len; i++) {
        uint32_t object = gt_vec_u32(muted, i);
        if (!gt_bit(&adding->still_away->cut.muted, object) && gt_bit(adding->marked, object))
            gt_heap_words(&adding->study->heap->graph, object, seed_word, adding->marker);
    }
}

void gt_edges_add_back(const struct gt_edges *edges, const struct gt_study *study,
                       const struct gt_absence *still_away, const struct gt_bitmap *marked,
                       struct gt_marker *marker)
{
    struct adding adding = {study, still_away, marked, marker};

    add_roots(&adding, &edges->roots);
    add_words(&adding, &edges->words);
    add_muted(&adding, &edges->muted);
}
