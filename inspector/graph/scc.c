/* Lists the selected objects, links them by their places in that list, and finds the components by
 * Tarjan's algorithm. A shortest cycle is found by a breadth-first search in its component. */
#include "inspector/graph/scc.h"
#include "inspector/base/numbers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/base/vec.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SHIFT = 9 };
#define NO_PLACE UINT32_MAX

/* Lists the selected objects, and where each block of object numbers begins in that list. */
static void list_nodes(struct gt_scc *scc, const struct gt_bitmap *selected)
{
    size_t block = 0, place = 0;

    scc->count = gt_bitmap_count(selected);
    scc->nodes = gt_alloc((scc->count + 1) * sizeof *scc->nodes);
    scc->block_count = (selected->bits >> BLOCK_SHIFT) + 1;
    scc->blocks = gt_alloc((scc->block_count + 1) * sizeof *scc->blocks);
    for (size_t i = gt_bitmap_next(selected, 0); i < selected->bits;
         i = gt_bitmap_next(selected, i + 1)) {
        for (; block <= i >> BLOCK_SHIFT; block++)
            scc->blocks[block] = (uint32_t)place;
        scc->nodes[place++] = (uint32_t)i;
    }
    for (; block <= scc->block_count; block++)
        scc->blocks[block] = (uint32_t)place;
}

static uint64_t node_at(const void *nodes, size_t index)
{
    return ((const uint32_t *)nodes)[index];
}

static uint32_t place_of(const struct gt_scc *scc, uint32_t object)
{
    size_t block = object >> BLOCK_SHIFT;

    if (block >= scc->block_count) return NO_PLACE;
    uint32_t end = scc->blocks[block + 1];
    size_t place = gt_lower_bound(scc->nodes, scc->blocks[block], end, object, node_at);
    return place < end && scc->nodes[place] == object ? (uint32_t)place : NO_PLACE;
}

struct linker {
    const struct gt_scc *scc;
    const struct gt_heap *heap;
    const struct gt_bitmap *selected;
    struct gt_u32s edges;
    size_t first; /* edge of `from` */
    uint32_t from;
};

/* Arrays often repeat one pointer many times in a row, which makes one edge. */
static void link_to(struct linker *linker, uint32_t to)
{
    size_t len = linker->edges.len;

    if (to == NO_PLACE || to == linker->from) return;
    if (len > linker->first && linker->edges.at[len - 1] == to) return;
    gt_u32s_add(&linker->edges, to);
}

static void link_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct linker *linker = ctx;
    uint32_t object = gt_heap_object(linker->heap, value);

    (void)offset;
    if (object >= linker->selected->bits || !gt_bit(linker->selected, object)) return;
    link_to(linker, place_of(linker->scc, object));
}

static int by_from(const void *a, const void *b)
{
    const struct gt_extra_edge *left = a, *right = b;
    return (left->from > right->from) - (left->from < right->from);
}

/* The extra edges in the order in which the nodes are visited, as places. */
static struct gt_vec sort_extra(const struct gt_scc *scc, const struct gt_extra_edge *extra,
                                size_t count)
{
    struct gt_vec sorted = GT_VEC_OF(struct gt_extra_edge);

    for (size_t i = 0; i < count; i++) {
        struct gt_extra_edge edge = {place_of(scc, extra[i].from), place_of(scc, extra[i].to)};
        if (edge.from != NO_PLACE && edge.to != NO_PLACE) gt_vec_add(&sorted, &edge);
    }
    if (sorted.len) qsort(sorted.data, sorted.len, sizeof(struct gt_extra_edge), by_from);
    return sorted;
}

static void link_nodes(struct gt_scc *scc, const struct gt_heap *heap,
                       const struct gt_bitmap *selected, const struct gt_vec *extra)
{
    struct linker linker = {.scc = scc, .heap = heap, .selected = selected};
    const struct gt_extra_edge *edge = extra->data;
    size_t used = 0;

    scc->first_edge = gt_alloc((scc->count + 1) * sizeof *scc->first_edge);
    for (size_t i = 0; i < scc->count; i++) {
        linker.from = (uint32_t)i;
        scc->first_edge[i] = linker.first = linker.edges.len;
        gt_heap_words(heap, scc->nodes[i], link_word, &linker);
        for (; used < extra->len && edge[used].from == i; used++)
            link_to(&linker, edge[used].to);
    }
    scc->first_edge[scc->count] = linker.edges.len;
    scc->edges = linker.edges.at;
}

/* Tarjan's algorithm with an explicit stack. */
struct search {
    struct gt_scc *scc;
    uint32_t *number; /* order of discovery, from 1 on; 0: not reached yet */
    uint32_t *low;    /* the lowest number known to be reached within the component */
    size_t *edge;     /* the next edge of a node to follow */
    uint32_t *path;   /* the nodes being visited, each reached from the one before */
    size_t path_len;
    uint32_t *open; /* nodes reached whose component is not complete */
    size_t open_len;
    uint32_t last_number;
};

static void enter(struct search *search, uint32_t node)
{
    search->number[node] = search->low[node] = ++search->last_number;
    search->edge[node] = search->scc->first_edge[node];
    search->path[search->path_len++] = node;
    search->open[search->open_len++] = node;
}

static void lower(struct search *search, uint32_t node, uint32_t to)
{
    if (to < search->low[node]) search->low[node] = to;
}

static void follow(struct search *search, uint32_t node, uint32_t to)
{
    if (!search->number[to])
        enter(search, to);
    else if (search->scc->component[to] == GT_NO_COMPONENT)
        lower(search, node, search->number[to]);
}

/* `root` and everything above it on the stack of open nodes are one component. */
static void close_component(struct search *search, uint32_t root)
{
    struct gt_scc *scc = search->scc;
    uint32_t node, size = 0;

    do {
        node = search->open[--search->open_len];
        scc->component[node] = scc->components;
        size++;
    } while (node != root);
    scc->sizes[scc->components++] = size;
}

static void leave(struct search *search)
{
    uint32_t node = search->path[--search->path_len];

    if (search->low[node] == search->number[node]) close_component(search, node);
    /* A closed component's numbers are above its caller's, so they lower nothing. */
    if (search->path_len) lower(search, search->path[search->path_len - 1], search->low[node]);
}

static void visit_from(struct search *search, uint32_t root)
{
    enter(search, root);
    while (search->path_len) {
        uint32_t node = search->path[search->path_len - 1];
        if (search->edge[node] < search->scc->first_edge[node + 1])
            follow(search, node, search->scc->edges[search->edge[node]++]);
        else
            leave(search);
    }
}

static void find_components(struct gt_scc *scc)
{
    size_t size = (scc->count + 1) * sizeof(uint32_t);
    struct search search = {.scc = scc,
                            .number = gt_calloc(scc->count + 1, sizeof(uint32_t)),
                            .low = gt_alloc(size),
                            .edge = gt_alloc((scc->count + 1) * sizeof *search.edge),
                            .path = gt_alloc(size),
                            .open = gt_alloc(size)};

    for (size_t i = 0; i < scc->count; i++)
        if (!search.number[i]) visit_from(&search, (uint32_t)i);
    gt_free(search.number);
    gt_free(search.low);
    gt_free(search.edge);
    gt_free(search.path);
    gt_free(search.open);
}

/* Requires that the nodes are listed and linked. */
static void number_components(struct gt_scc *scc)
{
    scc->sizes = gt_alloc((scc->count + 1) * sizeof *scc->sizes);
    scc->component = gt_alloc((scc->count + 1) * sizeof *scc->component);
    for (size_t i = 0; i < scc->count; i++)
        scc->component[i] = GT_NO_COMPONENT;
    find_components(scc);
}

void gt_scc_find(struct gt_scc *scc, const struct gt_heap *heap, const struct gt_bitmap *selected,
                 const struct gt_extra_edge *extra, size_t extra_count)
{
    *scc = (struct gt_scc){0};
    list_nodes(scc, selected);
    struct gt_vec sorted = sort_extra(scc, extra, extra_count);
    link_nodes(scc, heap, selected, &sorted);
    gt_vec_deinit(&sorted);
    number_components(scc);
}

void gt_scc_of_edges(struct gt_scc *scc, size_t count, const size_t *first_edge,
                     const uint32_t *edges)
{
    struct gt_bitmap all;

    *scc = (struct gt_scc){0};
    gt_bitmap_init(&all, count);
    for (size_t i = 0; i < count; i++)
        gt_bit_set(&all, i);
    list_nodes(scc, &all);
    gt_bitmap_deinit(&all);
    scc->first_edge = gt_alloc((count + 1) * sizeof *scc->first_edge);
    memcpy(scc->first_edge, first_edge, (count + 1) * sizeof *scc->first_edge);
    scc->edges = gt_alloc((first_edge[count] + 1) * sizeof *scc->edges);
    if (first_edge[count]) memcpy(scc->edges, edges, first_edge[count] * sizeof *scc->edges);
    number_components(scc);
}

void gt_scc_deinit(struct gt_scc *scc)
{
    gt_free(scc->nodes);
    gt_free(scc->component);
    gt_free(scc->sizes);
    gt_free(scc->first_edge);
    gt_free(scc->edges);
    gt_free(scc->blocks);
    *scc = (struct gt_scc){0};
}

uint32_t gt_scc_component(const struct gt_scc *scc, uint32_t object)
{
    uint32_t place = place_of(scc, object);
    return place == NO_PLACE ? GT_NO_COMPONENT : scc->component[place];
}

uint32_t gt_scc_size(const struct gt_scc *scc, uint32_t component)
{
    return component < scc->components ? scc->sizes[component] : 0;
}

/* A breadth-first search from one node within its component. */
struct cycle_search {
    const struct gt_scc *scc;
    uint32_t start;
    uint32_t *from;  /* by place: the place it was reached from + 1; 0: not reached */
    uint32_t *queue; /* places, each once, so the component's size bounds it */
    size_t head, tail;
};

/* Queues the nodes that `node` leads to; true when one of them is the start. */
static bool widen(struct cycle_search *cycle_search, uint32_t node)
{
    const struct gt_scc *scc = cycle_search->scc;

    for (size_t i = scc->first_edge[node]; i < scc->first_edge[node + 1]; i++) {
        uint32_t to = scc->edges[i];
        if (to == cycle_search->start) return true;
        if (scc->component[to] != scc->component[node] || cycle_search->from[to]) continue;
        cycle_search->from[to] = node + 1;
        cycle_search->queue[cycle_search->tail++] = to;
    }
    return false;
}

/* Searches level by level, at most `max` levels. Returns the last node of the cycle, and its length
 * in *length. */
static uint32_t find_cycle_end(struct cycle_search *cycle_search, size_t max, size_t *length)
{
    cycle_search->queue[cycle_search->tail++] = cycle_search->start;
    for (size_t level = 1; level <= max && cycle_search->head < cycle_search->tail; level++)
        for (size_t end = cycle_search->tail; cycle_search->head < end;) {
            uint32_t node = cycle_search->queue[cycle_search->head++];
            if (!widen(cycle_search, node)) continue;
            *length = level;
            return node;
        }
    return NO_PLACE;
}

size_t gt_scc_cycle(const struct gt_scc *scc, uint32_t object, uint32_t *out, size_t max)
{
    uint32_t start = place_of(scc, object);
    size_t length = 0;

    if (start == NO_PLACE || scc->sizes[scc->component[start]] < 2) return 0;
    struct cycle_search cycle_search = {
        .scc = scc,
        .start = start,
        .from = gt_calloc(scc->count, sizeof *cycle_search.from),
        .queue = gt_alloc(scc->sizes[scc->component[start]] * sizeof *cycle_search.queue)};
    uint32_t node = find_cycle_end(&cycle_search, max, &length);
    for (size_t i = length; i--; node = cycle_search.from[node] - 1)
        out[i] = scc->nodes[node];
    gt_free(cycle_search.from);
    gt_free(cycle_search.queue);
    return length;
}
