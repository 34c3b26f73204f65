/* Components and cycles of small graphs written over a byte array: 64-byte slots, all pointers. */
#include "inspector/base/alloc.h"
#include "inspector/graph/scc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 8 };
enum { A, B, C, D, E };
#define HEAP_BASE UINT64_C(0xc000000000)

struct graph {
    struct gt_heap heap;
    struct gt_bitmap selected;
    uint64_t (*slots)[WORDS];
    unsigned char *mask;
    struct gt_scc scc;
};

/* `count` allocated and selected objects without edges. */
static void graph_init(struct graph *graph, uint32_t count)
{
    struct gt_heap_source none = {0};

    *graph = (struct graph){0};
    graph->slots = gt_calloc(count, sizeof *graph->slots);
    graph->mask = memset(gt_alloc(count), 0xff, count);
    gt_heap_init(&graph->heap, none);
    gt_heap_add(&graph->heap, &(struct gt_region){.base = HEAP_BASE,
                                                  .slot_size = sizeof *graph->slots,
                                                  .bytes = (unsigned char *)graph->slots,
                                                  .mask = graph->mask,
                                                  .count = count,
                                                  .scan = GT_SCAN_BITMAP});
    assert_null(gt_heap_seal(&graph->heap));
    gt_bitmap_init(&graph->selected, count);
    for (uint32_t i = 0; i < count; i++) {
        gt_bit_set(&graph->heap.allocated, i);
        gt_bit_set(&graph->selected, i);
    }
}

static void graph_deinit(struct graph *graph)
{
    gt_scc_deinit(&graph->scc);
    gt_bitmap_deinit(&graph->selected);
    gt_heap_deinit(&graph->heap);
    gt_free(graph->slots);
    gt_free(graph->mask);
}

static void point(struct graph *graph, uint32_t from, unsigned word, uint32_t to)
{
    graph->slots[from][word] = HEAP_BASE + to * sizeof *graph->slots + 8; /* inside it */
}

static void find(struct graph *graph)
{
    gt_scc_find(&graph->scc, &graph->heap, &graph->selected, NULL, 0);
}

static uint32_t component(const struct graph *graph, uint32_t object)
{
    return gt_scc_component(&graph->scc, object);
}

static void assert_cycle(const struct graph *graph, const uint32_t *expected, size_t length)
{
    uint32_t out[8];

    assert_int_equal(gt_scc_cycle(&graph->scc, expected[0], out, 8), length);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(out[i], expected[i]);
}

static void a_ring_is_one_component_without_its_tail(void **state)
{
    struct graph graph;
    uint32_t ring[] = {A, B, C}, turned[] = {B, C, A};

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, B);
    point(&graph, B, 3, C);
    point(&graph, C, 7, A);
    point(&graph, C, 1, D); /* an edge that leaves the cycle and ends */
    point(&graph, D, 0, E);
    find(&graph);
    assert_int_equal(graph.scc.components, 3);
    assert_int_equal(component(&graph, A), component(&graph, C));
    assert_int_equal(component(&graph, A), component(&graph, B));
    assert_int_equal(gt_scc_size(&graph.scc, component(&graph, A)), 3);
    assert_int_equal(gt_scc_size(&graph.scc, component(&graph, D)), 1);
    assert_true(component(&graph, A) > component(&graph, D)); /* edges lead to lower numbers */
    assert_true(component(&graph, D) > component(&graph, E));
    assert_cycle(&graph, ring, 3);
    assert_cycle(&graph, turned, 3);
    assert_int_equal(gt_scc_cycle(&graph.scc, D, ring, 3), 0);
    graph_deinit(&graph);
}

static void the_shortest_of_two_cycles_is_reported(void **state)
{
    struct graph graph;
    uint32_t shorter[] = {A, D}, longer[] = {B, C, D, A};

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, B);
    point(&graph, A, 1, D);
    point(&graph, B, 0, C);
    point(&graph, C, 0, D);
    point(&graph, D, 0, A);
    find(&graph);
    assert_int_equal(graph.scc.components, 2);
    assert_cycle(&graph, shorter, 2);
    assert_cycle(&graph, longer, 4);
    graph_deinit(&graph);
}

static void a_cycle_longer_than_asked_for_is_cut(void **state)
{
    struct graph graph;
    uint32_t out[3];

    (void)state;
    graph_init(&graph, 3);
    point(&graph, A, 0, B);
    point(&graph, B, 0, C);
    point(&graph, C, 0, A);
    find(&graph);
    assert_int_equal(gt_scc_cycle(&graph.scc, A, out, 0), 0);
    assert_int_equal(gt_scc_cycle(&graph.scc, A, out, 2), 0);
    assert_int_equal(gt_scc_cycle(&graph.scc, A, out, 3), 3);
    graph_deinit(&graph);
}

static void self_edges_are_none(void **state)
{
    struct graph graph;
    struct gt_extra_edge extra = {B, B};
    uint32_t out[5];

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, A);
    gt_scc_find(&graph.scc, &graph.heap, &graph.selected, &extra, 1);
    assert_int_equal(graph.scc.components, 5);
    assert_int_equal(gt_scc_size(&graph.scc, component(&graph, A)), 1);
    assert_int_equal(gt_scc_cycle(&graph.scc, A, out, 5), 0);
    assert_int_equal(gt_scc_cycle(&graph.scc, B, out, 5), 0);
    graph_deinit(&graph);
}

static void a_selection_cuts_cycles(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, B);
    point(&graph, B, 0, C);
    point(&graph, C, 0, A);
    gt_bit_clear(&graph.selected, B);
    find(&graph);
    assert_int_equal(graph.scc.count, 4);
    assert_int_equal(graph.scc.components, 4);
    assert_int_equal(component(&graph, B), GT_NO_COMPONENT);
    assert_int_equal(component(&graph, 5), GT_NO_COMPONENT);
    assert_int_equal(component(&graph, GT_NO_OBJECT), GT_NO_COMPONENT);
    assert_int_equal(gt_scc_size(&graph.scc, GT_NO_COMPONENT), 0);
    graph_deinit(&graph);
}

static void extra_edges_close_cycles(void **state)
{
    struct graph graph;
    struct gt_extra_edge extra[] = {{D, E}, {B, A}, {A, C}, {C, 77}, {GT_NO_OBJECT, A}};
    uint32_t ring[] = {A, B};

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, B);
    point(&graph, E, 0, D);
    gt_bit_clear(&graph.selected, E);
    gt_scc_find(&graph.scc, &graph.heap, &graph.selected, extra, 5);
    assert_int_equal(graph.scc.components, 3);
    assert_int_equal(component(&graph, A), component(&graph, B));
    assert_int_not_equal(component(&graph, A), component(&graph, C));
    assert_cycle(&graph, ring, 2);
    graph_deinit(&graph);
}

static void components_joined_one_way_stay_two(void **state)
{
    struct graph graph;

    (void)state;
    graph_init(&graph, 5);
    point(&graph, A, 0, B);
    point(&graph, B, 0, A);
    point(&graph, B, 1, C);
    point(&graph, C, 0, D);
    point(&graph, C, 1, D); /* twice the same */
    point(&graph, D, 0, C);
    find(&graph);
    assert_int_equal(graph.scc.components, 3);
    assert_int_equal(gt_scc_size(&graph.scc, component(&graph, A)), 2);
    assert_int_equal(gt_scc_size(&graph.scc, component(&graph, D)), 2);
    assert_int_not_equal(component(&graph, A), component(&graph, C));
    graph_deinit(&graph);
}

static void nothing_selected_has_no_component(void **state)
{
    struct graph graph;
    uint32_t out;

    (void)state;
    graph_init(&graph, 5);
    gt_bitmap_reset(&graph.selected);
    find(&graph);
    assert_int_equal(graph.scc.count, 0);
    assert_int_equal(graph.scc.components, 0);
    assert_int_equal(component(&graph, A), GT_NO_COMPONENT);
    assert_int_equal(gt_scc_cycle(&graph.scc, A, &out, 1), 0);
    graph_deinit(&graph);
}

/* Deeper than recursion could go. */
static void a_long_ring_needs_no_recursion(void **state)
{
    enum { LONG = 1000000 };
    struct graph graph;
    uint32_t *out = gt_alloc(LONG * sizeof *out);

    (void)state;
    graph_init(&graph, LONG);
    for (uint32_t i = 0; i < LONG; i++)
        point(&graph, i, 0, (i + 1) % LONG);
    find(&graph);
    assert_int_equal(graph.scc.components, 1);
    assert_int_equal(gt_scc_cycle(&graph.scc, 7, out, LONG), LONG);
    for (uint32_t i = 0; i < LONG; i++)
        assert_int_equal(out[i], (i + 7) % LONG);
    gt_free(out);
    graph_deinit(&graph);
}

enum { SOME = 1100 }; /* more than two blocks of the index */

static void reach_from(const struct graph *graph, uint32_t from, bool *reached)
{
    uint32_t list[SOME], len = 0;

    memset(reached, 0, SOME);
    for (list[len++] = from, reached[from] = true; len;) {
        uint32_t object = list[--len];
        for (unsigned word = 0; word < WORDS; word++) {
            uint32_t to = gt_heap_object(&graph->heap, graph->slots[object][word]);
            if (to == GT_NO_OBJECT || !gt_bit(&graph->selected, to) || reached[to]) continue;
            list[len++] = to;
            reached[to] = true;
        }
    }
}

/* By definition: two nodes are in one component when each reaches the other. */
static void assert_by_definition(const struct graph *graph, bool (*reached)[SOME])
{
    uint32_t sizes[SOME] = {0};

    for (uint32_t i = 0; i < SOME; i++) {
        if (!gt_bit(&graph->selected, i)) continue;
        sizes[component(graph, i)]++;
        for (uint32_t j = 0; j < SOME; j++) {
            if (!gt_bit(&graph->selected, j)) continue;
            bool mutual = reached[i][j] && reached[j][i];
            assert_int_equal(component(graph, i) == component(graph, j), mutual);
        }
    }
    for (uint32_t i = 0; i < graph->scc.components; i++)
        assert_int_equal(gt_scc_size(&graph->scc, i), sizes[i]);
}

static void random_graphs_have_the_components_of_reachability(void **state)
{
    bool(*reached)[SOME] = gt_alloc(SOME * sizeof *reached);
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 4; round++) {
        struct graph graph;
        graph_init(&graph, SOME);
        for (uint32_t i = 0; i < SOME * (round + 2) / 3; i++) {
            seed = seed * 1664525 + 1013904223;
            point(&graph, (seed >> 8) % SOME, i % WORDS, (seed >> 16) * 31 % SOME);
        }
        for (uint32_t i = 0; i < SOME; i += 9)
            gt_bit_clear(&graph.selected, i);
        find(&graph);
        for (uint32_t i = 0; i < SOME; i++)
            if (gt_bit(&graph.selected, i)) reach_from(&graph, i, reached[i]);
        assert_by_definition(&graph, reached);
        graph_deinit(&graph);
    }
    gt_free(reached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_is_one_component_without_its_tail),
        cmocka_unit_test(the_shortest_of_two_cycles_is_reported),
        cmocka_unit_test(a_cycle_longer_than_asked_for_is_cut),
        cmocka_unit_test(self_edges_are_none),
        cmocka_unit_test(a_selection_cuts_cycles),
        cmocka_unit_test(extra_edges_close_cycles),
        cmocka_unit_test(components_joined_one_way_stay_two),
        cmocka_unit_test(nothing_selected_has_no_component),
        cmocka_unit_test(a_long_ring_needs_no_recursion),
        cmocka_unit_test(random_graphs_have_the_components_of_reachability),
    };
    return cmocka_run_group_tests_name("graph/scc", tests, NULL, NULL);
}
