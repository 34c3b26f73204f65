/* Counts the edges to each node, gives each node its place, and fills the places from their ends.
 */
#include "inspector/graph/dominators/edges.h"

#include "inspector/base/alloc.h"

enum { AHEAD = 16 };

#define COUNTED 0x80000000u /* | how many edges were counted so far */

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

    if (list->edges.len + 1 >= COUNTED) return;
    if (*last && edge_at(list, *last - 1)->from == from) return;
    gt_vec_add(&list->edges, &edge);
    *last = (uint32_t)list->edges.len;
}

/* Backwards, the first edge to a node is the one that its entry names. */
static void count(struct gt_edge_list *list)
{
    for (size_t i = list->edges.len; i-- > 0;) {
        uint32_t *entry = &list->last[edge_at(list, i)->to];
        if (i >= AHEAD) __builtin_prefetch(&list->last[edge_at(list, i - AHEAD)->to], 1);
        *entry = *entry == i + 1 ? COUNTED | 1 : *entry + 1;
    }
}

/* Entries become the ends of places. Returns the end of the last. */
static uint32_t give_places(uint32_t *entries, size_t nodes)
{
    uint32_t end = 1;

    for (size_t node = 0; node < nodes; node++) {
        if (!entries[node]) continue;
        end += entries[node] & ~COUNTED;
        entries[node] = end;
    }
    return end;
}

static void fill_places(const struct gt_edge_list *list, uint32_t *from)
{
    size_t count = list->edges.len;

    for (size_t i = 0; i < count; i++) {
        const struct gt_dominator_edge *edge = edge_at(list, i);
        if (i + AHEAD < count) __builtin_prefetch(&list->last[edge_at(list, i + AHEAD)->to], 1);
        from[--list->last[edge->to]] = edge->from;
    }
}

void gt_edges_sort(struct gt_edge_list *list, size_t nodes, struct gt_sorted_edges *sorted)
{
    count(list);
    sorted->end = give_places(list->last, nodes);
    sorted->from = gt_alloc(sorted->end * sizeof *sorted->from);
    fill_places(list, sorted->from);
    sorted->first = list->last;
    list->last = NULL;
    gt_vec_deinit(&list->edges);
}
