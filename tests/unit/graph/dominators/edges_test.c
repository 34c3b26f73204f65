/* Sorted edges against the edges that were added. */
#include "inspector/graph/dominators/edges.h"

#include "inspector/base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NODES = 500, EDGES = 5000 };

/* How often an edge was added, but for repetitions in a row of one target. */
struct plain {
    unsigned times[NODES][NODES]; /* by target and source */
    uint32_t last[NODES];         /* by target: the source of the last edge, + 1 */
};

static void add(struct gt_edge_list *list, struct plain *plain, uint32_t from, uint32_t to)
{
    gt_edge_list_add(list, from, to);
    if (plain->last[to] != from + 1) plain->times[to][from]++;
    plain->last[to] = from + 1;
}

/* Most targets have many edges; every fourth one has none. */
static void add_some(struct gt_edge_list *list, struct plain *plain)
{
    uint32_t seed = 1;

    for (unsigned i = 0; i < EDGES; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t from = seed >> 16 & 7, to = (seed >> 20) % NODES;
        if (to % 4) add(list, plain, from, to);
        if (to % 4 && i % 3 == 0) add(list, plain, from, to);
    }
}

static void take_each(const struct gt_sorted_edges *sorted, struct plain *plain)
{
    uint32_t end = sorted->end;

    for (uint32_t node = NODES; node-- > 0;) {
        uint32_t first = sorted->first[node];
        assert_int_equal(first != 0, plain->last[node] != 0);
        for (uint32_t i = first; first && i < end; i++)
            plain->times[node][sorted->from[i]]--;
        if (first) end = first;
    }
    assert_int_equal(end, 1);
}

static void they_are_in_the_order_of_their_targets(void **state)
{
    struct plain *plain = calloc(1, sizeof *plain);
    struct gt_edge_list list;
    struct gt_sorted_edges sorted;

    (void)state;
    gt_edge_list_init(&list, NODES);
    add_some(&list, plain);
    gt_edges_sort(&list, NODES, &sorted);
    take_each(&sorted, plain);
    for (unsigned to = 0; to < NODES; to++)
        for (unsigned from = 0; from < NODES; from++)
            assert_int_equal(plain->times[to][from], 0);
    gt_free(sorted.first);
    gt_free(sorted.from);
    free(plain);
}

static void there_may_be_none(void **state)
{
    struct gt_edge_list list;
    struct gt_sorted_edges sorted;

    (void)state;
    gt_edge_list_init(&list, NODES);
    gt_edges_sort(&list, NODES, &sorted);
    assert_int_equal(sorted.end, 1);
    for (unsigned node = 0; node < NODES; node++)
        assert_int_equal(sorted.first[node], 0);
    gt_free(sorted.first);
    gt_free(sorted.from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_in_the_order_of_their_targets),
        cmocka_unit_test(there_may_be_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
