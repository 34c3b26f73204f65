/* Dominators of small graphs over a byte array, compared with the simple way to find them: remove a
 * node and mark again. */
#include "tests/unit/graph/dominators/little_graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MAX_NODES = 200,
    GRAPHS = 10000,
    LONG = 300000, /* nodes of a list: deeper than a stack could recurse */
    DENSE = 16384, /* nodes of a graph with more edges than are listed (dominators_walk.c) */
};

/* ---- graphs drawn by hand -------------------------------------------------------------------- */

static void a_diamond_joins_at_its_top(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 5, 0);
    root(&graph, A, 0);
    point(&graph, A, 0, B);
    point(&graph, A, 1, C);
    point(&graph, B, 0, D);
    point(&graph, C, 0, D);
    point(&graph, D, 0, A);
    build(&graph);
    assert_parent(&graph, D, A);
    assert_retains(&graph, node_of(&graph, A), 4);
    assert_retains(&graph, node_of(&graph, B), 1);
    assert_retains(&graph, group_node(&graph, 0), 4);
    assert_int_equal(node_of(&graph, E), GT_NO_NODE); /* garbage */
    graph_deinit(&graph);
}

static void what_two_groups_reach_is_neithers(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 3, 0);
    root(&graph, A, 2);
    root(&graph, A, 2);
    root(&graph, B, 5);
    point(&graph, A, 0, C);
    point(&graph, B, 0, C);
    build(&graph);
    assert_int_equal(gt_dominators_parent(&graph.tree, node_of(&graph, C)), 0);
    assert_int_equal(gt_dominators_parent(&graph.tree, node_of(&graph, A)), group_node(&graph, 2));
    assert_retains(&graph, group_node(&graph, 2), 1);
    assert_retains(&graph, 0, 3);
    graph_deinit(&graph);
}

struct visited {
    const struct graph *graph;
    const uint32_t *next; /* the objects to come */
};

static void visit(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct visited *visited = ctx;
    const struct graph *graph = visited->graph;

    assert_int_equal(object, *visited->next++);
    assert_int_equal(node, node_of(graph, object));
    assert_int_equal(gt_dominators_object(&graph->tree, node), object);
    assert_int_equal(region->slot_size, gt_heap_size(&graph->heap, object));
}

/* An object that leads to no other is a leaf, whether or not its region has pointers. */
static void objects_are_visited_in_their_order(void **state)
{
    static const uint32_t expected[] = {A, C, E, B, 5, 7};
    struct graph graph;
    struct visited visited = {&graph, expected};

    (void)state;
    graph_init(&graph, 5, 3);
    root(&graph, E, 0);
    point(&graph, B, 3, B);
    point(&graph, E, 0, C);
    point(&graph, E, 1, A);
    point(&graph, A, 0, 7); /* D is garbage, and so is the leaf 6 */
    point(&graph, C, 0, 5);
    point(&graph, C, 1, B);
    build(&graph);
    gt_dominators_inner(&graph.tree, visit, &visited);
    assert_ptr_equal(visited.next, expected + 3);
    gt_dominators_leaves(&graph.tree, visit, &visited);
    assert_ptr_equal(visited.next, expected + 6);
    assert_int_equal(node_of(&graph, D), GT_NO_NODE);
    assert_int_equal(node_of(&graph, 6), GT_NO_NODE);
    graph_deinit(&graph);
}

static void contents_are_a_root(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 3, 0);
    root(&graph, A, 0);
    graph.roots[0].contents = true;
    point(&graph, A, 0, A);
    point(&graph, A, 1, B);
    build(&graph);
    assert_int_equal(node_of(&graph, A), GT_NO_NODE);
    assert_retains(&graph, group_node(&graph, 0), 1);
    graph_deinit(&graph);
}

/* A list whose nodes point back. Its last node leads to the objects that the first one's array
 * holds too. So the list is deep, and the path up is long for each of these objects. */
static void a_long_list_needs_no_recursion(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, LONG, 0);
    root(&graph, 0, 0);
    for (uint32_t i = 0; i + 1 < LONG; i++) {
        point(&graph, i, 0, i + 1);
        point(&graph, i + 1, 1, i);
    }
    build(&graph);
    for (uint32_t i = 1; i < LONG; i += 1000) {
        assert_parent(&graph, i, i - 1);
        assert_retains(&graph, node_of(&graph, i), LONG - i);
    }
    graph_deinit(&graph);
}

/* ---- random graphs ------------------------------------------------------------------------ */

static void roll_edges(struct graph *graph, struct wide *random)
{
    uint32_t objects = graph->nodes + graph->leaves;
    uint64_t density = 1 + roll(random, 2 * WORDS);

    for (uint32_t from = 0; from < graph->nodes; from++)
        for (unsigned word = 0; word < WORDS; word++)
            if (roll(random, density) == 0)
                point(graph, from, word,
                      roll(random, 3) ? (uint32_t)roll(random, objects)
                                      : (from + (uint32_t)roll(random, 5)) % objects);
}

static void roll_roots(struct graph *graph, struct wide *random)
{
    uint32_t objects = graph->nodes + graph->leaves;
    uint64_t each = 1 + roll(random, MAX_ROOTS / MAX_GROUPS);

    for (uint32_t group = 0; group < 1 + roll(random, MAX_GROUPS); group++)
        for (uint64_t i = 0; i < each && graph->root_count < MAX_ROOTS; i++) {
            root(graph, (uint32_t)roll(random, objects), group);
            graph->roots[graph->root_count - 1].contents = roll(random, 8) == 0;
        }
}

static void roll_graph(struct graph *graph, struct wide *random)
{
    uint32_t nodes = 1 + (uint32_t)roll(random, roll(random, 40) ? 24 : MAX_NODES * 3 / 4);

    graph_init(graph, nodes, (uint32_t)roll(random, nodes / 3 + 1));
    roll_edges(graph, random);
    roll_roots(graph, random);
    build(graph);
}

/* The nodes above an object in the tree are exactly those without which it is not reached. */
static void check_subtree(const struct graph *graph, uint32_t top)
{
    const struct gt_dominators *tree = &graph->tree;
    struct gt_bitmap marked;
    uint32_t object = gt_dominators_object(tree, top);
    uint32_t group = object == GT_NO_OBJECT ? gt_dominators_group(tree, top) : MAX_GROUPS;

    gt_bitmap_init(&marked, graph->heap.objects);
    mark(graph, group, object, &marked);
    for (uint32_t i = 0; i < graph->heap.objects; i++) {
        if (!gt_bit(&graph->live, i)) continue;
        uint32_t node = node_of(graph, i);
        while (node > top)
            node = gt_dominators_parent(tree, node);
        assert_int_equal(node == top, !gt_bit(&marked, i));
    }
    assert_int_equal(gt_dominators_retained(tree, top),
                     gt_heap_bytes_of(&graph->heap, &graph->live) -
                         gt_heap_bytes_of(&graph->heap, &marked));
    gt_bitmap_deinit(&marked);
}

/* Contents that are a root stay reachable without their object, so such an object is skipped. */
static bool is_contents(const struct graph *graph, uint32_t object)
{
    for (size_t i = 0; i < graph->root_count; i++)
        if (graph->roots[i].contents &&
            gt_heap_object(&graph->heap, graph->roots[i].value) == object)
            return true;
    return false;
}

static void random_graphs_retain_what_marks_lose(void **state)
{
    struct wide *random = gt_calloc(1, sizeof *random);

    (void)state;
    random->random = 88172645463325252u;
    for (unsigned i = 0; i < GRAPHS; i++) {
        struct graph graph;
        roll_graph(&graph, random);
        assert_int_equal(gt_dominators_retained(&graph.tree, 0),
                         gt_heap_bytes_of(&graph.heap, &graph.live));
        gt_dominators_count_objects(&graph.tree);
        assert_int_equal(gt_dominators_sum(&graph.tree, 0), gt_bitmap_count(&graph.live));
        gt_dominators_count_bytes(&graph.tree);
        for (uint32_t top = 1; top < graph.tree.count; top++) {
            uint32_t object = gt_dominators_object(&graph.tree, top);
            if (object == GT_NO_OBJECT || !is_contents(&graph, object)) check_subtree(&graph, top);
        }
        graph_deinit(&graph);
    }
    gt_free(random);
}

/* Every word of every node is an edge, mostly to a later node: many nodes dominate others. */
static void a_dense_graph_retains_what_marks_lose(void **state)
{
    struct wide *random = gt_calloc(1, sizeof *random);
    struct graph graph;

    (void)state;
    random->random = 88172645463325252u;
    graph_init(&graph, DENSE, DENSE / 4);
    for (uint32_t from = 0; from < DENSE; from++)
        for (unsigned word = 0; word < WORDS; word++)
            point(&graph, from, word,
                  roll(random, 16) ? (from + 1 + (uint32_t)roll(random, 4)) % DENSE
                                   : (uint32_t)roll(random, DENSE + DENSE / 4));
    root(&graph, A, 0);
    root(&graph, DENSE / 2, 1);
    build(&graph);
    for (uint32_t top = 1; top < graph.tree.inner; top += 100)
        check_subtree(&graph, top);
    graph_deinit(&graph);
    gt_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diamond_joins_at_its_top),
        cmocka_unit_test(what_two_groups_reach_is_neithers),
        cmocka_unit_test(objects_are_visited_in_their_order),
        cmocka_unit_test(contents_are_a_root),
        cmocka_unit_test(a_long_list_needs_no_recursion),
        cmocka_unit_test(random_graphs_retain_what_marks_lose),
        cmocka_unit_test(a_dense_graph_retains_what_marks_lose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
