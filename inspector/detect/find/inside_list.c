/* Sorts the matches by what their blocks retain. Only the first of them get texts. */
#include "inspector/detect/find/inside_list.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum { MOST_PLACE = 256 };

struct placed {
    uint64_t retained; /* by the block */
    struct gt_inside_match match;
};

static uint64_t retained_by(const struct gt_inside *inside, const struct gt_dominators *tree,
                            uint32_t object)
{
    uint32_t node = gt_dominators_node(tree, object);

    return node == GT_NO_NODE ? gt_heap_size(&inside->analysis->heap->graph, object)
                              : gt_dominators_retained(tree, node);
}

static int most_first(const void *a, const void *b)
{
    const struct placed *left = a, *right = b;

    if (left->retained != right->retained) return left->retained > right->retained ? -1 : 1;
    return left->match.addr < right->match.addr ? -1 : left->match.addr > right->match.addr;
}

static struct gt_vec sort(const struct gt_inside *inside, const struct gt_dominators *tree,
                          uint64_t min_bytes)
{
    struct gt_vec sorted = GT_VEC_OF(struct placed);

    for (size_t i = 0; i < inside->matches.len; i++) {
        const struct gt_inside_match *match = gt_vec_at(&inside->matches, i);
        struct placed placed = {retained_by(inside, tree, match->object), *match};
        if (placed.retained >= min_bytes) gt_vec_add(&sorted, &placed);
    }
    if (sorted.len) qsort(sorted.data, sorted.len, sizeof(struct placed), most_first);
    return sorted;
}

static struct gt_found_value describe(const struct gt_inside *inside, const struct placed *placed)
{
    struct gt_heap_analysis *analysis = inside->analysis;
    uint32_t object = placed->match.object;
    uint32_t kind = gt_object_kind_number(inside->kinds, gt_rank_of(&inside->kinds->rank, object));
    char place[MOST_PLACE];
    uint64_t room;

    gt_inside_place(inside, &placed->match, place, sizeof place);
    return (struct gt_found_value){.address = placed->match.addr,
                                   .place = gt_heap_analysis_keep(analysis, place),
                                   .block = gt_goheap_user(analysis->heap, object, &room),
                                   .block_bytes = gt_heap_size(&analysis->heap->graph, object),
                                   .block_type = gt_object_kind_at(inside->kinds, kind)->name,
                                   .block_retained_bytes = placed->retained};
}

/* Neighbours in the list are often of one kind: names are kept once for each run of them. */
static void keep_names(struct gt_heap_analysis *analysis, struct gt_found_value *list, size_t count)
{
    const char *last = NULL, *kept = NULL;

    for (size_t i = 0; i < count; i++) {
        if (list[i].block_type != last) kept = gt_heap_analysis_keep(analysis, list[i].block_type);
        last = list[i].block_type;
        list[i].block_type = kept;
    }
}

const struct gt_found_value *gt_inside_list(struct gt_inside *inside,
                                            const struct gt_dominators *tree, size_t top,
                                            uint64_t min_bytes, struct gt_found_inside *out)
{
    const struct gt_types *types = inside->offsets.types;
    uint64_t size = gt_types_get(types, inside->offsets.wanted)->size;
    struct gt_vec sorted = sort(inside, tree, min_bytes);
    size_t listed = sorted.len < top ? sorted.len : top;
    struct gt_found_value *list =
        gt_arena_alloc(inside->analysis->storage, (listed + 1) * sizeof *list);

    for (size_t i = 0; i < listed; i++)
        list[i] = describe(inside, gt_vec_at(&sorted, i));
    keep_names(inside->analysis, list, listed);
    *out = (struct gt_found_inside){.values = inside->values,
                                    .bytes = inside->values * size,
                                    .matches = inside->matches.len,
                                    .match_bytes = inside->matches.len * size,
                                    .blocks = gt_bitmap_count(&inside->with),
                                    .not_in_core = inside->not_in_core,
                                    .through_nil = inside->through_nil,
                                    .spare = inside->spare,
                                    .uncertain = inside->uncertain,
                                    .listed = listed,
                                    .left_out = inside->matches.len - listed};
    gt_vec_deinit(&sorted);
    return list;
}
