#include "inspector/detect/hanging/context_tree.h"

enum { DATA_WORD = 8 /* of an interface: the second */, MAX_MAPS = 8 };

/* Maps that keep what cancels a context, by the names of their types. */
static const struct row {
    const char *key, *elem; /* NULL: any */
    bool by_key;            /* the key is the child, an interface; else the element is a func */
    unsigned steps;
} rows[] = {
    {"context.canceler", NULL, true, 1},                    /* cancelCtx.children: the channel */
    {"*http.Request", "context.CancelCauseFunc", false, 3}, /* Transport.reqCanceler: a closure, its
                                                               context, the channel (1.23) */
    {"http.cancelKey", "func(error)", false, 2}, /* before: the connection, its channel */
};

struct kind { /* a map's type, and what its entries are */
    gt_type_id type;
    const struct row *row;
};

struct collecting {
    const struct gt_study *study;
    struct gt_vec *links;
    struct kind kinds[MAX_MAPS];
    size_t kind_count;
    const struct row *row; /* of the map that is being walked */
};

static bool add_child(void *ctx, uint64_t key, uint64_t elem)
{
    struct collecting *collecting = ctx;
    struct gt_context_link link = {.word = collecting->row->by_key ? key + DATA_WORD : elem,
                                   .steps = collecting->row->steps};

    if (gt_mem_u64(collecting->study->process->mem, link.word, &link.child) && link.child)
        gt_vec_add(collecting->links, &link);
    return true;
}

static bool fits(struct gt_types *types, gt_type_id map, const struct row *row)
{
    return strcmp(gt_types_name(types, gt_types_key(types, map)), row->key) == 0 &&
           (!row->elem || strcmp(gt_types_name(types, gt_types_elem(types, map)), row->elem) == 0);
}

static void find_kinds(struct collecting *collecting)
{
    struct gt_types *types = collecting->study->process->types;

    for (size_t id = 1; id <= gt_types_count(types); id++) {
        if (gt_types_get(types, (gt_type_id)id)->kind != GT_T_MAP) continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (collecting->kind_count < MAX_MAPS && fits(types, (gt_type_id)id, &rows[i]))
                collecting->kinds[collecting->kind_count++] =
                    (struct kind){(gt_type_id)id, &rows[i]};
    }
}

static const struct row *row_of(const struct collecting *collecting, gt_type_id type)
{
    for (size_t i = 0; i < collecting->kind_count; i++)
        if (collecting->kinds[i].type == type) return collecting->kinds[i].row;
    return NULL;
}

void gt_context_links(const struct gt_study *study, struct gt_vec *links)
{
    struct collecting collecting = {.study = study, .links = links};
    const struct gt_heap *graph = &study->heap->graph;

    find_kinds(&collecting);
    if (!collecting.kind_count) return;
    for (size_t i = gt_bitmap_next(&study->live, 0); i < graph->scan_objects;
         i = gt_bitmap_next(&study->live, i + 1)) {
        gt_type_id type = gt_typing_type(study->typing, (uint32_t)i);
        collecting.row = type ? row_of(&collecting, type) : NULL;
        if (collecting.row)
            gt_map_walk(study->process->types, type, gt_heap_address(graph, (uint32_t)i), add_child,
                        &collecting);
    }
}
