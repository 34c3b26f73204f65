/* Marking: what is reached in a heap that is small enough to draw, and what a cut leaves out. */
#include "inspector/graph/mark.h"
#include "tests/unit/graph/little_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct little little;
    struct gt_cut cut;
    struct gt_bitmap marked;
};

static int setup(void **state)
{
    struct fixture *fixture = malloc(sizeof *fixture);

    if (little_init(&fixture->little)) return -1;
    gt_cut_init(&fixture->cut, &fixture->little.heap);
    gt_bitmap_init(&fixture->marked, fixture->little.heap.objects);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    gt_bitmap_deinit(&fixture->marked);
    gt_cut_deinit(&fixture->cut);
    little_deinit(&fixture->little);
    free(fixture);
    return 0;
}

static void mark_from(struct fixture *fixture, const struct gt_cut *cut, uint64_t root)
{
    struct gt_marker *marker = gt_marker_create(&fixture->little.heap, cut, &fixture->marked);

    gt_mark_seed(marker, root);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

/* `nodes`: a digit for every node that must be marked. No other node may be. */
static void expect_nodes(const struct fixture *fixture, const char *nodes)
{
    for (unsigned i = 0; i < LITTLE_NODES; i++)
        assert_int_equal(gt_bit(&fixture->marked, i), strchr(nodes, (int)('0' + i)) != NULL);
}

static void nothing_is_reached_from_nowhere(void **state)
{
    struct fixture *fixture = *state;

    mark_from(fixture, NULL, 0);
    mark_from(fixture, NULL, UINT64_MAX);
    mark_from(fixture, NULL, LITTLE_BASE + 8191); /* the tail of the nodes' page */
    assert_int_equal(gt_bitmap_count(&fixture->marked), 0);
}

static void pointers_are_followed_from_and_to_any_byte(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2) + 31);
    edge(&fixture->little, 2, node(0)); /* a cycle */
    edge(&fixture->little, 3, node(0)); /* not reached */
    mark_from(fixture, NULL, node(0) + 5);
    expect_nodes(fixture, "012");
}

static void leaves_are_marked_and_have_no_words(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, leaf(2) + 15);
    mark_from(fixture, NULL, node(0));
    assert_true(gt_bit(&fixture->marked, object_at(&fixture->little, leaf(2))));
    assert_int_equal(gt_bitmap_count(&fixture->marked), 2);
}

/* Node 2 has no pointers by its mask. */
static void an_object_without_pointers_among_others_is_noted(void **state)
{
    struct fixture *fixture = *state;
    const struct gt_heap_notes *notes = fixture->little.heap.notes;

    edge(&fixture->little, 0, node(1));
    mark_from(fixture, NULL, node(0));
    assert_false(notes->bare);
    fixture->little.mask[1] &= 0xf0;
    edge(&fixture->little, 3, node(2));
    mark_from(fixture, NULL, node(3));
    assert_true(notes->bare);
    assert_false(notes->dangles);
}

static void what_is_not_allocated_is_not_reached(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    gt_bit_clear(&fixture->little.heap.allocated, 1);
    mark_from(fixture, NULL, node(0));
    expect_nodes(fixture, "0");
}

static void words_off_the_mask_are_not_pointers(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 0, node(2));
    fixture->little.mask[0] &= 0xfe;
    mark_from(fixture, NULL, node(0));
    expect_nodes(fixture, "02");
}

static void absent_memory_is_marked_and_not_followed(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    little_lose_bytes(&fixture->little);
    mark_from(fixture, NULL, node(0));
    mark_from(fixture, &fixture->cut, node(3));
    expect_nodes(fixture, "03");
}

static void a_mark_can_be_continued(void **state)
{
    struct fixture *fixture = *state;
    struct gt_marker *marker = gt_marker_create(&fixture->little.heap, NULL, &fixture->marked);

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 2, node(1));
    edge(&fixture->little, 2, node(3));
    gt_mark_seed(marker, node(0));
    expect_nodes(fixture, "0");
    gt_mark_drain(marker);
    expect_nodes(fixture, "01");
    gt_mark_seed(marker, node(2));
    gt_mark_drain(marker);
    expect_nodes(fixture, "0123");
    gt_mark_drain(marker);
    expect_nodes(fixture, "0123");
    gt_marker_destroy(marker);
}

static void what_is_marked_already_is_not_entered(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    gt_bit_set(&fixture->marked, 1);
    mark_from(fixture, NULL, node(0));
    expect_nodes(fixture, "01");
}

static void a_cut_without_anything_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    mark_from(fixture, &fixture->cut, node(0));
    expect_nodes(fixture, "012");
}

static void the_blocked_are_not_reached(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    edge(&fixture->little, 0, node(3));
    gt_bit_set(&fixture->cut.blocked, 1);
    mark_from(fixture, &fixture->cut, node(1)); /* nor from a root */
    expect_nodes(fixture, "");
    mark_from(fixture, &fixture->cut, node(0));
    expect_nodes(fixture, "03");
}

static void objects_without_out_edges_are_reached_and_lead_nowhere(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(2));
    gt_bit_set(&fixture->cut.no_out_edges, 1);
    mark_from(fixture, &fixture->cut, node(1));
    mark_from(fixture, &fixture->cut, node(0));
    expect_nodes(fixture, "01");
}

static void cut_words_do_not_count(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 0, node(2));
    edge(&fixture->little, 2, node(3));
    edge(&fixture->little, 2, node(4));
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(0));
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(2) + 8);
    gt_cut_word(&fixture->cut, &fixture->little.heap, 0x1000); /* no object: nothing happens */
    mark_from(fixture, &fixture->cut, node(0));
    expect_nodes(fixture, "023");
}

static void what_is_watched_is_reported_once(void **state)
{
    struct fixture *fixture = *state;
    struct gt_u32s met = {0};
    struct gt_bitmap watched;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 0, leaf(0));
    edge(&fixture->little, 1, node(2));
    edge(&fixture->little, 2, node(1));
    gt_bitmap_init(&watched, fixture->little.heap.objects);
    gt_bit_set(&watched, 1);
    gt_bit_set(&watched, 5);
    gt_bit_set(&watched, object_at(&fixture->little, leaf(0)));
    struct gt_marker *marker =
        gt_marker_create(&fixture->little.heap, &fixture->cut, &fixture->marked);
    gt_mark_watch(marker, &watched, &met);
    gt_mark_seed(marker, node(0));
    gt_mark_drain(marker);
    assert_int_equal(met.len, 2);
    gt_mark_seed(marker, node(5));
    gt_mark_seed(marker, node(1));
    assert_int_equal(met.len, 3);
    assert_int_equal(met.at[2], 5);
    gt_marker_destroy(marker);
    gt_bitmap_deinit(&watched);
    gt_u32s_deinit(&met);
}

static void a_word_is_cut_while_a_cut_holds_it(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(0));
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(0));
    assert_int_equal(*gt_map_find(&fixture->cut.words, node(0)), 2);
    assert_true(gt_cut_has_word(&fixture->cut, node(0)));
    assert_false(gt_cut_has_word(&fixture->cut, node(0) + 8));
    *gt_map_find(&fixture->cut.words, node(0)) = 0;
    assert_false(gt_cut_has_word(&fixture->cut, node(0)));
    mark_from(fixture, &fixture->cut, node(0));
    expect_nodes(fixture, "01");
}

static void mark_contents(struct fixture *fixture, const struct gt_cut *cut, uint32_t object)
{
    struct gt_marker *marker = gt_marker_create(&fixture->little.heap, cut, &fixture->marked);

    gt_mark_contents(marker, object);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static void contents_do_not_reach_their_own_object(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(0) + 31);
    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 0, leaf(0));
    edge(&fixture->little, 1, node(2));
    mark_contents(fixture, NULL, 0);
    expect_nodes(fixture, "12");
    assert_true(gt_bit(&fixture->marked, object_at(&fixture->little, leaf(0))));
}

static void contents_may_reach_their_object_through_others(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 1, node(0));
    mark_contents(fixture, NULL, 0);
    expect_nodes(fixture, "01");
}

static void contents_honour_the_cut(void **state)
{
    struct fixture *fixture = *state;

    for (unsigned i = 1; i < 4; i++)
        edge(&fixture->little, 0, node(i));
    gt_bit_set(&fixture->cut.blocked, 1);
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(0) + 8);
    mark_contents(fixture, &fixture->cut, 0);
    expect_nodes(fixture, "3");
    gt_bit_set(&fixture->cut.no_out_edges, 4);
    edge(&fixture->little, 4, node(5));
    mark_contents(fixture, &fixture->cut, 4);
    expect_nodes(fixture, "3");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(nothing_is_reached_from_nowhere),
        WITH_FIXTURE(pointers_are_followed_from_and_to_any_byte),
        WITH_FIXTURE(leaves_are_marked_and_have_no_words),
        WITH_FIXTURE(an_object_without_pointers_among_others_is_noted),
        WITH_FIXTURE(what_is_not_allocated_is_not_reached),
        WITH_FIXTURE(words_off_the_mask_are_not_pointers),
        WITH_FIXTURE(absent_memory_is_marked_and_not_followed),
        WITH_FIXTURE(a_mark_can_be_continued),
        WITH_FIXTURE(what_is_marked_already_is_not_entered),
        WITH_FIXTURE(a_cut_without_anything_changes_nothing),
        WITH_FIXTURE(the_blocked_are_not_reached),
        WITH_FIXTURE(objects_without_out_edges_are_reached_and_lead_nowhere),
        WITH_FIXTURE(cut_words_do_not_count),
        WITH_FIXTURE(what_is_watched_is_reported_once),
        WITH_FIXTURE(a_word_is_cut_while_a_cut_holds_it),
        WITH_FIXTURE(contents_do_not_reach_their_own_object),
        WITH_FIXTURE(contents_may_reach_their_object_through_others),
        WITH_FIXTURE(contents_honour_the_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
