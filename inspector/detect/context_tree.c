#include "inspector/detect/context_tree.h"

enum { DATA_WORD = 8 }; /* of an interface: the second */

struct collecting {
    const struct gt_study *study;
    struct gt_vec *links;
};

static bool add_child(void *ctx, uint64_t key, uint64_t elem)
{
    struct collecting *collecting = ctx;
    struct gt_context_link link = {.word = key + DATA_WORD};

    (void)elem;
    if (gt_mem_u64(collecting->study->process->mem, link.word, &link.child) && link.child)
        gt_vec_add(collecting->links, &link);
    return true;
}

/* map[context.canceler]struct{}: GT_NO_TYPE where the program has none. */
static gt_type_id type_of_children(struct gt_types *types)
{
    for (size_t id = 1; id <= gt_types_count(types); id++) {
        const struct gt_type *type = gt_types_get(types, (gt_type_id)id);
        if (type->kind != GT_T_MAP) continue;
        gt_type_id key = gt_types_key(types, (gt_type_id)id);
        if (strcmp(gt_types_name(types, key), "context.canceler") == 0) return (gt_type_id)id;
    }
    return GT_NO_TYPE;
}

void gt_context_links(const struct gt_study *study, struct gt_vec *links)
{
    struct collecting collecting = {study, links};
    const struct gt_heap *graph = &study->heap->graph;
    struct gt_types *types = study->process->types;
    gt_type_id children = type_of_children(types);

    if (!children) return;
    for (size_t i = gt_bitmap_next(&study->live, 0); i < graph->scan_objects;
         i = gt_bitmap_next(&study->live, i + 1))
        if (gt_typing_type(study->typing, (uint32_t)i) == children)
            gt_map_walk(types, children, gt_heap_address(graph, (uint32_t)i), add_child,
                        &collecting);
}
