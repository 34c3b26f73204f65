/* What is no part of a dominator tree: objects that are not live, objects that no root leads to,
 * and an object whose contents are a root. */
#include "tests/unit/graph/dominators/little_graph.h"

/* The object itself is no part of what its contents lead to. */
static void contents_do_not_hold_their_object(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 2, 0);
    root(&graph, A, 0);
    graph.roots[0].contents = true;
    root(&graph, A, 1);
    point(&graph, A, 0, A);
    point(&graph, A, 1, B);
    build(&graph);
    assert_int_equal(gt_dominators_parent(&graph.tree, node_of(&graph, A)), group_node(&graph, 1));
    assert_int_equal(gt_dominators_parent(&graph.tree, node_of(&graph, B)), 0);
    graph_deinit(&graph);
}

static void make_live(struct graph *graph, const uint32_t *objects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gt_bit_set(&graph->live, objects[i]);
}

/* Whatever leads to them: a root, an inner object, or one whose words the walk reads. */
static void objects_that_are_not_live_are_left_out(void **state)
{
    static const uint32_t live[] = {A, B, 5};
    struct graph graph;

    (void)state;
    graph_init(&graph, 4, 3);
    root(&graph, A, 0);
    root(&graph, C, 0);
    root(&graph, 6, 1);
    point(&graph, A, 0, B);
    point(&graph, A, 1, D);
    point(&graph, A, 2, 4);
    point(&graph, A, 3, 5);
    make_live(&graph, live, 3);
    build_tree(&graph);
    assert_parent(&graph, B, A);
    assert_parent(&graph, 5, A);
    for (uint32_t object = 0; object < graph.heap.objects; object++)
        assert_int_equal(node_of(&graph, object) != GT_NO_NODE, gt_bit(&graph.live, object));
    graph_deinit(&graph);
}

/* Live objects that no root leads to have no node, and hold nothing. */
static void objects_without_a_root_hold_nothing(void **state)
{
    static const uint32_t live[] = {A, B, C, D, 5, 6};
    struct graph graph;

    (void)state;
    graph_init(&graph, 5, 2);
    root(&graph, A, 0);
    point(&graph, A, 0, B);
    point(&graph, C, 0, A); /* no root leads to C */
    point(&graph, C, 1, B);
    point(&graph, C, 2, D);
    point(&graph, C, 3, 5);
    point(&graph, A, 1, 6);
    point(&graph, C, 4, 6);
    make_live(&graph, live, 6);
    build_tree(&graph);
    assert_parent(&graph, B, A);
    assert_parent(&graph, 6, A);
    assert_int_equal(node_of(&graph, C), GT_NO_NODE);
    assert_int_equal(node_of(&graph, D), GT_NO_NODE);
    assert_int_equal(node_of(&graph, 5), GT_NO_NODE);
    graph_deinit(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_do_not_hold_their_object),
        cmocka_unit_test(objects_that_are_not_live_are_left_out),
        cmocka_unit_test(objects_without_a_root_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
