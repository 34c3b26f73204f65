/* Which nodes are stuck, and in which circles, in graphs of a few nodes. */
#include "inspector/base/alloc.h"
#include "inspector/graph/stuck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 8, A = 0, B, C, D, E };

struct graph {
    uint8_t need[MAX];
    size_t first[MAX + 1];
    uint32_t edges[MAX * MAX];
    struct gt_needs needs;
    bool stuck[MAX];
};

/* Adds nodes in order, each with its edges. -1 ends the edges. */
static void node(struct graph *graph, enum gt_stuck_when need, ...)
{
    uint32_t number = graph->needs.count++;
    size_t len = graph->first[number];
    va_list to;

    graph->need[number] = (uint8_t)need;
    va_start(to, need);
    for (int next = va_arg(to, int); next >= 0; next = va_arg(to, int))
        graph->edges[len++] = (uint32_t)next;
    va_end(to);
    graph->first[number + 1] = len;
}

static void find(struct graph *graph)
{
    graph->needs.need = graph->need;
    graph->needs.first = graph->first;
    graph->needs.edges = graph->edges;
    gt_stuck_find(&graph->needs, graph->stuck);
}

struct reported {
    size_t circles;
    uint32_t nodes[MAX][MAX];
    size_t counts[MAX];
};

static void note(void *ctx, const uint32_t *nodes, size_t count)
{
    struct reported *reported = ctx;

    memcpy(reported->nodes[reported->circles], nodes, count * sizeof *nodes);
    reported->counts[reported->circles++] = count;
}

static void assert_circle(const struct reported *reported, size_t number, size_t count, ...)
{
    va_list nodes;

    assert_true(number < reported->circles);
    assert_int_equal(reported->counts[number], count);
    va_start(nodes, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(reported->nodes[number][i], va_arg(nodes, int));
    va_end(nodes);
}

static void a_circle_is_stuck(void **state)
{
    struct graph graph = {0};
    struct reported reported = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ALL, B, -1);
    node(&graph, GT_STUCK_IF_ALL, C, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1); /* waits for the circle, and is on none */
    node(&graph, GT_STUCK_NEVER, A, -1);
    find(&graph);
    assert_true(graph.stuck[A] && graph.stuck[B] && graph.stuck[C] && graph.stuck[D]);
    assert_false(graph.stuck[E]);
    assert_true(gt_stuck_circles(&graph.needs, graph.stuck, E + 1, MAX, note, &reported));
    assert_int_equal(reported.circles, 1);
    assert_circle(&reported, 0, 3, A, B, C);
}

static void one_that_is_free_is_enough(void **state)
{
    struct graph graph = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ALL, B, C, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1);
    node(&graph, GT_STUCK_NEVER, -1);
    find(&graph);
    assert_false(graph.stuck[A]);
    assert_false(graph.stuck[B]); /* freed by A, which C frees */
}

static void all_must_be_free_where_all_are_needed(void **state)
{
    struct graph graph = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ANY, B, C, -1); /* needs both */
    node(&graph, GT_STUCK_ALWAYS, -1);
    node(&graph, GT_STUCK_NEVER, -1);
    node(&graph, GT_STUCK_IF_ANY, C, C, -1);
    node(&graph, GT_STUCK_IF_ANY, -1); /* needs nobody */
    find(&graph);
    assert_true(graph.stuck[A] && graph.stuck[B]);
    assert_false(graph.stuck[D]);
    assert_false(graph.stuck[E]);
}

static void one_with_nobody_to_wait_for_is_stuck(void **state)
{
    struct graph graph = {0};
    struct reported reported = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ALL, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1);
    find(&graph);
    assert_true(graph.stuck[A] && graph.stuck[B]);
    assert_true(gt_stuck_circles(&graph.needs, graph.stuck, 2, MAX, note, &reported));
    assert_int_equal(reported.circles, 0);
}

/* Two circles with a common node are both visited, each the shortest through its start. */
static void circles_with_a_common_node_are_both_reported(void **state)
{
    struct graph graph = {0};
    struct reported reported = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ALL, B, C, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1);
    node(&graph, GT_STUCK_IF_ALL, D, -1);
    node(&graph, GT_STUCK_IF_ALL, A, -1);
    find(&graph);
    assert_true(gt_stuck_circles(&graph.needs, graph.stuck, 4, MAX, note, &reported));
    assert_int_equal(reported.circles, 2);
    assert_circle(&reported, 0, 2, A, B);
    assert_circle(&reported, 1, 3, C, D, A);
    memset(&reported, 0, sizeof reported);
    assert_false(gt_stuck_circles(&graph.needs, graph.stuck, 4, 1, note, &reported));
    assert_int_equal(reported.circles, 1);
}

/* Free nodes are on no circle, even if their edges form one. */
static void free_nodes_are_on_no_circle(void **state)
{
    struct graph graph = {0};
    struct reported reported = {0};

    (void)state;
    node(&graph, GT_STUCK_IF_ALL, B, -1);
    node(&graph, GT_STUCK_IF_ALL, A, C, -1);
    node(&graph, GT_STUCK_NEVER, A, -1);
    find(&graph);
    assert_true(gt_stuck_circles(&graph.needs, graph.stuck, 3, MAX, note, &reported));
    assert_int_equal(reported.circles, 0);
}

/* A long chain that ends in a free node, and one that ends in a circle. Both need no recursion and
 * only one pass. */
static void long_chains_take_one_pass(void **state)
{
    enum { LONG = 200000 };
    struct gt_needs needs = {.count = LONG};
    bool *stuck = gt_calloc(LONG, sizeof *stuck);

    (void)state;
    needs.need = memset(gt_alloc(LONG), GT_STUCK_IF_ALL, LONG);
    needs.first = gt_alloc((LONG + 1) * sizeof *needs.first);
    needs.edges = gt_alloc(LONG * sizeof *needs.edges);
    for (uint32_t i = 0; i <= LONG; i++)
        needs.first[i] = i;
    for (uint32_t i = 0; i < LONG; i++)
        needs.edges[i] = (i + 1) % LONG;
    gt_stuck_find(&needs, stuck);
    assert_true(stuck[0]);
    needs.need[LONG - 1] = GT_STUCK_NEVER;
    gt_stuck_find(&needs, stuck);
    assert_false(stuck[0]);
    gt_free(needs.need);
    gt_free(needs.first);
    gt_free(needs.edges);
    gt_free(stuck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_circle_is_stuck),
        cmocka_unit_test(one_that_is_free_is_enough),
        cmocka_unit_test(all_must_be_free_where_all_are_needed),
        cmocka_unit_test(one_with_nobody_to_wait_for_is_stuck),
        cmocka_unit_test(circles_with_a_common_node_are_both_reported),
        cmocka_unit_test(free_nodes_are_on_no_circle),
        cmocka_unit_test(long_chains_take_one_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
