/* Climbs over the reversed edges: their order, loops, cuts, and the path back down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/graph/reverse_edges.h"
#include "tests/unit/graph/little_heap.h"

#include <stdlib.h>

struct fixture {
    struct little little;
    struct gt_cut cut;
    struct gt_bitmap live;
    struct gt_reverse_edges parents;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    if (little_init(&fixture->little)) return -1;
    gt_cut_init(&fixture->cut, &fixture->little.heap);
    gt_bitmap_init(&fixture->live, fixture->little.heap.objects);
    gt_bitmap_copy(&fixture->live, &fixture->little.heap.allocated);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    gt_reverse_edges_deinit(&fixture->parents);
    gt_bitmap_deinit(&fixture->live);
    gt_cut_deinit(&fixture->cut);
    little_deinit(&fixture->little);
    free(fixture);
    return 0;
}

/* `met`: a digit for every node that the climb reaches, in order, without `start`. */
static void expect_met(struct fixture *fixture, uint64_t start, const char *met)
{
    struct little *little = &fixture->little;
    struct gt_climb climb;
    uint32_t object;

    gt_reverse_edges_deinit(&fixture->parents);
    gt_reverse_edges_init(&fixture->parents, &little->heap, &fixture->cut, &fixture->live);
    gt_climb_init(&climb, object_at(little, start));
    assert_int_equal(gt_climb_next(&climb, &fixture->parents), object_at(little, start));
    while ((object = gt_climb_next(&climb, &fixture->parents)) != GT_NO_OBJECT)
        assert_int_equal(object, object_at(little, node((unsigned)(*met++ - '0'))));
    assert_int_equal(*met, '\0');
    gt_climb_deinit(&climb);
}

static void the_nearest_come_first(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    edge(&fixture->little, 3, node(2));
    edge(&fixture->little, 2, leaf(0));
    edge(&fixture->little, 4, leaf(1));
    expect_met(fixture, leaf(0), "2130");
    expect_met(fixture, leaf(1), "4");
    expect_met(fixture, leaf(2), "");
}

static void a_climb_through_a_loop_ends(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(0));
    edge(&fixture->little, 1, node(1));
    edge(&fixture->little, 1, node(1));
    expect_met(fixture, node(1), "0");
}

static void what_a_cut_takes_leads_nowhere(void **state)
{
    struct fixture *fixture = *state;
    struct little *little = &fixture->little;

    edge(little, 0, leaf(0));
    edge(little, 1, leaf(0));
    edge(little, 2, leaf(0));
    edge(little, 3, leaf(0));
    gt_bit_set(&fixture->cut.no_out_edges, object_at(little, node(0)));
    gt_cut_word(&fixture->cut, &little->heap, node(1));
    gt_bit_clear(&fixture->live, object_at(little, node(2)));
    expect_met(fixture, leaf(0), "3");
}

static void the_way_down_is_reported(void **state)
{
    struct fixture *fixture = *state;
    struct little *little = &fixture->little;
    struct gt_climb climb;
    uint32_t way[LITTLE_NODES];

    edge(little, 0, node(1));
    edge(little, 1, node(2));
    gt_reverse_edges_init(&fixture->parents, &little->heap, NULL, &fixture->live);
    gt_climb_init(&climb, object_at(little, node(2)));
    while (gt_climb_next(&climb, &fixture->parents) != GT_NO_OBJECT)
        ;
    assert_int_equal(gt_climb_path(&climb, object_at(little, node(0)), way, LITTLE_NODES), 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(way[i], object_at(little, node(i)));
    assert_int_equal(gt_climb_path(&climb, object_at(little, node(0)), way, 2), 0);
    gt_climb_deinit(&climb);
}

static void sources_point_to_or_into_a_target(void **state)
{
    struct fixture *fixture = *state;
    struct little *little = &fixture->little;
    struct gt_bitmap targets, sources;

    edge(little, 0, leaf(1));
    edge(little, 1, leaf(1) + LITTLE_LEAF - 1);
    edge(little, 2, leaf(2));
    edge(little, 3, node(5) + 8);
    edge(little, 4, leaf(1));
    edge(little, 5, node(5));
    gt_bit_clear(&fixture->live, object_at(little, node(4)));
    gt_bitmap_init(&targets, little->heap.objects);
    gt_bitmap_init(&sources, little->heap.objects);
    gt_bit_set(&targets, object_at(little, leaf(1)));
    gt_bit_set(&targets, object_at(little, node(5)));
    gt_find_sources(&little->heap, &fixture->live, &targets, &sources);
    for (unsigned i = 0; i < LITTLE_NODES; i++)
        assert_int_equal(gt_bit(&sources, object_at(little, node(i))),
                         i == 0 || i == 1 || i == 3 || i == 5);
    gt_bitmap_deinit(&targets);
    gt_bitmap_deinit(&sources);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_nearest_come_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_climb_through_a_loop_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_cut_takes_leads_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(the_way_down_is_reported, setup, teardown),
        cmocka_unit_test_setup_teardown(sources_point_to_or_into_a_target, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
