/* Counts the edges to each node, gives each node its place, and fills the places from their ends.
 */
#include "inspector/graph/dominators/edges.h"

#include "inspector/base/alloc.h"

enum { AHEAD = 16 };

void gt_edge_list_init(struct gt_edge_list *list, size_t nodes)
{
    list->edges = GT_VEC_OF(struct gt_dominator_edge);
    list->last = gt_calloc(nodes, sizeof *list->last);
}

static const struct gt_dominator_edge *edge_at(const struct gt_edge_list *list, size_t index)
{
    return gt_vec_at(&list->edges, index);
}

void gt_edge_list_add(struct gt_edge_list *list, uint32_t from, uint32_t to)
{
    uint32_t *last = &list->last[to];
    struct gt_dominator_edge edge = {from, to};

    if (list->edges.len >= UINT32_MAX - 1) return;
    if (*last && edge_at(list, *last - 1)->from == from) return;
    gt_vec_add(&list->edges, &edge);
    *last = (uint32_t)list->edges.len;
}

/* The entry of an edge's target. Fetches that of a later edge. */
static uint32_t *entry_of(const struct gt_edge_list *list, size_t index)
{
    size_t later = index + AHEAD;

    if (later < list->edges.len) __builtin_prefetch(&list->last[edge_at(list, later)->to], 1);
    return &list->last[edge_at(list, index)->to];
}

/* Entries become numbers of edges. */
static void count_edges(struct gt_edge_list *list)
{
    for (size_t i = 0; i < list->edges.len; i++)
        *entry_of(list, i) = 0;
    for (size_t i = 0; i < list->edges.len; i++)
        ++*entry_of(list, i);
}

/* Entries become the ends of places. Returns the end of the last. */
static uint32_t give_places(uint32_t *entries, size_t nodes)
{
    uint32_t end = 1;

    for (size_t node = 0; node < nodes; node++) {
        if (!entries[node]) continue;
        end += entries[node];
        entries[node] = end;
    }
    return end;
}

static void fill_places(const struct gt_edge_list *list, uint32_t *from)
{
    for (size_t i = 0; i < list->edges.len; i++)
        from[--*entry_of(list, i)] = edge_at(list, i)->from;
}

void gt_edges_sort(struct gt_edge_list *list, size_t nodes, struct gt_sorted_edges *sorted)
{
    count_edges(list);
    sorted->end = give_places(list->last, nodes);
    sorted->from = gt_alloc_filled(sorted->end * sizeof *sorted->from);
    fill_places(list, sorted->from);
    sorted->first = list->last;
    list->last = NULL;
    gt_vec_deinit(&list->edges);
}
