/* A table of rows names the maps, by the types of their keys and elements, and the word of an entry
 * that leads to the child. All live maps of these types are walked. */
#include "inspector/detect/hanging/context_tree.h"

enum { DATA_WORD = 8 /* offset of an interface's second word */, MAX_MAPS = 8 };
enum child_is { BEHIND_KEY /* an interface's data */, KEY, ELEM };

/* Maps that hold what cancels a context, by the names of their types. */
static const struct row {
    const char *key, *elem; /* NULL: any */
    enum child_is child;
    unsigned steps;
    bool signal;
} rows[] = {
    {"context.canceler", NULL, BEHIND_KEY, 1, false}, /* cancelCtx.children: the channel */
    /* Transport.reqCanceler: a closure, its context, the channel (1.23); before: the connection,
     * its channel */
    {"*http.Request", "context.CancelCauseFunc", ELEM, 3, false},
    {"http.cancelKey", "func(error)", ELEM, 2, false},
    {"chan<- os.Signal", "*signal.handler", KEY, 0, true}, /* os/signal.handlers.m */
};

struct kind { /* a map's type, and the row that describes its entries */
    gt_type_id type;
    const struct row *row;
};

struct gatherer {
    const struct gt_heap_analysis *analysis;
    struct gt_vec *links;
    struct kind kinds[MAX_MAPS];
    size_t kind_count;
    const struct row *row; /* of the current map */
};

static bool add_child(void *ctx, uint64_t key, uint64_t elem)
{
    struct gatherer *gatherer = ctx;
    const uint64_t words[] = {[BEHIND_KEY] = key + DATA_WORD, [KEY] = key, [ELEM] = elem};
    struct gt_context_link link = {.word = words[gatherer->row->child],
                                   .steps = gatherer->row->steps,
                                   .signal = gatherer->row->signal};

    if (link.signal) gt_mem_u64(gatherer->analysis->process->mem, elem, &link.handler);
    if (gt_mem_u64(gatherer->analysis->process->mem, link.word, &link.child) && link.child)
        gt_vec_add(gatherer->links, &link);
    return true;
}

static bool fits(struct gt_types *types, gt_type_id map, const struct row *row)
{
    return strcmp(gt_types_name(types, gt_types_key(types, map)), row->key) == 0 &&
           (!row->elem || strcmp(gt_types_name(types, gt_types_elem(types, map)), row->elem) == 0);
}

static void find_kinds(struct gatherer *gatherer)
{
    struct gt_types *types = gatherer->analysis->process->types;

    for (size_t id = 1; id <= gt_types_count(types); id++) {
        if (gt_types_get(types, (gt_type_id)id)->kind != GT_T_MAP) continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (gatherer->kind_count < MAX_MAPS && fits(types, (gt_type_id)id, &rows[i]))
                gatherer->kinds[gatherer->kind_count++] = (struct kind){(gt_type_id)id, &rows[i]};
    }
}

static const struct row *row_of(const struct gatherer *gatherer, gt_type_id type)
{
    for (size_t i = 0; i < gatherer->kind_count; i++)
        if (gatherer->kinds[i].type == type) return gatherer->kinds[i].row;
    return NULL;
}

void gt_context_links(const struct gt_heap_analysis *analysis, struct gt_vec *links)
{
    struct gatherer gatherer = {.analysis = analysis, .links = links};
    const struct gt_heap *graph = &analysis->heap->graph;

    find_kinds(&gatherer);
    if (!gatherer.kind_count) return;
    for (size_t i = gt_bitmap_next(&analysis->live, 0); i < graph->scan_objects;
         i = gt_bitmap_next(&analysis->live, i + 1)) {
        gt_type_id type = gt_typing_type(analysis->typing, (uint32_t)i);
        gatherer.row = type ? row_of(&gatherer, type) : NULL;
        if (gatherer.row)
            gt_map_walk(analysis->process->types, type, gt_heap_address(graph, (uint32_t)i),
                        add_child, &gatherer);
    }
}
