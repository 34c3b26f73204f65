/*
 * A graph over a byte array, of objects with pointers and of leaves without. Its dominator tree is
 * built from what roots lead to, or from other objects that a test makes live.
 */
#ifndef LITTLE_GRAPH_H
#define LITTLE_GRAPH_H

#include "inspector/base/alloc.h"
#include "inspector/graph/dominators/dominators.h"
#include "tests/unit/graph/wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    WORDS = 6,
    LEAF_SIZE = 24,
    MAX_ROOTS = 24,
    MAX_GROUPS = 8,
    REGION = 1024, /* nodes of a region, which fill whole pages */
};
enum { A, B, C, D, E };
#define HEAP_BASE UINT64_C(0xc000000000)
#define LEAF_BASE UINT64_C(0xc800000000)

struct graph {
    struct gt_heap heap;
    struct gt_bitmap live;
    uint64_t (*slots)[WORDS];
    unsigned char *mask;
    uint32_t nodes, leaves;
    struct gt_dominator_root roots[MAX_ROOTS];
    size_t root_count;
    struct gt_dominators tree;
};

static inline void add_leaves(struct graph *graph)
{
    if (!graph->leaves) return;
    gt_heap_add(&graph->heap, &(struct gt_region){.base = LEAF_BASE,
                                                  .slot_size = LEAF_SIZE,
                                                  .count = graph->leaves,
                                                  .scan = GT_SCAN_NONE});
}

static inline void add_nodes(struct graph *graph)
{
    for (uint32_t first = 0; first < graph->nodes; first += REGION) {
        uint32_t left = graph->nodes - first;
        gt_heap_add(&graph->heap,
                    &(struct gt_region){.base = HEAP_BASE + first * sizeof *graph->slots,
                                        .slot_size = sizeof *graph->slots,
                                        .bytes = (unsigned char *)(graph->slots + first),
                                        .mask = graph->mask + first / 8 * WORDS,
                                        .count = left < REGION ? left : REGION,
                                        .scan = GT_SCAN_BITMAP});
    }
}

/* Objects without edges: `nodes` with pointers, then `leaves` without. */
static inline void graph_init(struct graph *graph, uint32_t nodes, uint32_t leaves)
{
    *graph = (struct graph){.nodes = nodes, .leaves = leaves};
    graph->slots = gt_calloc(nodes, sizeof *graph->slots);
    graph->mask = memset(gt_alloc(nodes), 0xff, nodes);
    gt_heap_init(&graph->heap, (struct gt_heap_source){0});
    add_nodes(graph);
    add_leaves(graph);
    assert_null(gt_heap_seal(&graph->heap));
    for (uint32_t i = 0; i < nodes + leaves; i++)
        gt_bit_set(&graph->heap.allocated, i);
    gt_bitmap_init(&graph->live, graph->heap.objects);
}

static inline void graph_deinit(struct graph *graph)
{
    gt_dominators_deinit(&graph->tree);
    gt_bitmap_deinit(&graph->live);
    gt_heap_deinit(&graph->heap);
    gt_free(graph->slots);
    gt_free(graph->mask);
}

static inline uint64_t inside(const struct graph *graph, uint32_t object)
{
    return gt_heap_address(&graph->heap, object) + 8; /* an interior pointer */
}

static inline void point(struct graph *graph, uint32_t from, unsigned word, uint32_t to)
{
    graph->slots[from][word] = inside(graph, to);
}

static inline void root(struct graph *graph, uint32_t to, uint32_t group)
{
    graph->roots[graph->root_count++] =
        (struct gt_dominator_root){.value = inside(graph, to), .group = group};
}

/* Marks from the roots, except those of one group, and never into one object. */
static inline void mark(const struct graph *graph, uint32_t without_group, uint32_t without_object,
                        struct gt_bitmap *marked)
{
    struct gt_cut cut;

    gt_cut_init(&cut, &graph->heap);
    if (without_object != GT_NO_OBJECT) gt_bit_set(&cut.blocked, without_object);
    struct gt_marker *marker = gt_marker_create(&graph->heap, &cut, marked);
    for (size_t i = 0; i < graph->root_count; i++) {
        const struct gt_dominator_root *from = &graph->roots[i];
        uint32_t object = gt_heap_object(&graph->heap, from->value);
        if (from->group == without_group || (from->contents && object == without_object)) continue;
        if (from->contents)
            gt_mark_contents(marker, object);
        else
            gt_mark_seed(marker, from->value);
    }
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_cut_deinit(&cut);
}

/* Of the objects that are live already. */
static inline void build_tree(struct graph *graph)
{
    gt_dominators_init(&graph->tree, &graph->heap, &graph->live, graph->roots, graph->root_count,
                       MAX_GROUPS);
}

static inline void build(struct graph *graph)
{
    mark(graph, MAX_GROUPS, GT_NO_OBJECT, &graph->live);
    build_tree(graph);
}

static inline uint32_t node_of(const struct graph *graph, uint32_t object)
{
    return gt_dominators_node(&graph->tree, object);
}

static inline uint32_t group_node(const struct graph *graph, uint32_t group)
{
    for (uint32_t node = 0; node < graph->tree.count; node++)
        if (gt_dominators_group(&graph->tree, node) == group) return node;
    return GT_NO_NODE;
}

static inline void assert_parent(const struct graph *graph, uint32_t object, uint32_t parent)
{
    assert_int_equal(gt_dominators_parent(&graph->tree, node_of(graph, object)),
                     node_of(graph, parent));
}

static inline void assert_retains(const struct graph *graph, uint32_t node, uint64_t objects)
{
    assert_int_equal(gt_dominators_retained(&graph->tree, node), objects * sizeof *graph->slots);
}

#endif
