/* What each owner alone keeps, in drawn graphs. */
#include "inspector/graph/gained.h"
#include "little_heap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- a drawn heap, and owners of some of its edges ------------------------------------------- */

struct drawn {
    struct little little;
    struct gt_cut cut;
    struct gt_bitmap live, base;
    struct gt_exclusive owners;
    struct gt_gained reaches;
};

static void drawn_init(struct drawn *drawn)
{
    assert_null(little_init(&drawn->little));
    gt_cut_init(&drawn->cut, &drawn->little.heap);
    gt_bitmap_init(&drawn->live, drawn->little.heap.objects);
    gt_bitmap_init(&drawn->base, drawn->little.heap.objects);
    gt_bitmap_copy(&drawn->live, &drawn->little.heap.allocated);
}

/* The base is what the nodes in `first` reach with the cut. */
static void drawn_start(struct drawn *drawn, const unsigned *first, size_t count, uint32_t owners)
{
    struct gt_marker *marker = gt_marker_create(&drawn->little.heap, &drawn->cut, &drawn->base);

    for (size_t i = 0; i < count; i++)
        gt_mark_seed(marker, node(first[i]));
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_exclusive_init(&drawn->owners, &drawn->little.heap, &drawn->cut, &drawn->live, &drawn->base,
                      owners, 8);
}

static void drawn_deinit(struct drawn *drawn)
{
    gt_gained_deinit(&drawn->reaches);
    gt_exclusive_deinit(&drawn->owners);
    gt_bitmap_deinit(&drawn->live);
    gt_bitmap_deinit(&drawn->base);
    gt_cut_deinit(&drawn->cut);
    little_deinit(&drawn->little);
}

static void spread(struct drawn *drawn)
{
    gt_exclusive_spread(&drawn->owners);
    gt_gained_init(&drawn->reaches, &drawn->owners);
}

static bool owns(const struct drawn *drawn, uint32_t owner, unsigned number)
{
    return gt_exclusive_has(&drawn->owners, owner, object_at(&drawn->little, node(number)));
}

static void assert_owned(struct drawn *drawn, uint32_t owner, uint64_t objects, uint64_t reached)
{
    assert_int_equal(gt_exclusive_owned(&drawn->owners, owner).objects, objects);
    assert_int_equal(gt_gained_by(&drawn->reaches, owner).objects, reached);
}

/* The roots of each owner lead to a chain of their own, and both to node 4 and what it leads to. */
static void what_two_owners_reach_is_shared(void **state)
{
    struct drawn drawn = {0};

    (void)state;
    drawn_init(&drawn);
    edge(&drawn.little, 0, node(1));
    edge(&drawn.little, 1, node(4));
    edge(&drawn.little, 2, node(3));
    edge(&drawn.little, 3, node(4));
    edge(&drawn.little, 4, leaf(0));
    drawn_start(&drawn, (unsigned[]){7}, 1, 2);
    gt_exclusive_root(&drawn.owners, 0, 0, node(0));
    gt_exclusive_root(&drawn.owners, 1, 1, node(2));
    spread(&drawn);
    assert_true(owns(&drawn, 0, 0) && owns(&drawn, 0, 1) && !owns(&drawn, 0, 4));
    assert_true(owns(&drawn, 1, 2) && owns(&drawn, 1, 3) && !owns(&drawn, 1, 4));
    assert_owned(&drawn, 0, 2, 4);
    assert_owned(&drawn, 1, 2, 4);
    assert_int_equal(gt_exclusive_owned(&drawn.owners, 0).bytes, 2 * LITTLE_SIZE);
    assert_int_equal(gt_gained_by(&drawn.reaches, 1).bytes, 3 * LITTLE_SIZE + LITTLE_LEAF);
    drawn_deinit(&drawn);
}

/* What the base reaches has no owner, whatever else leads to it. */
static void what_the_base_reaches_is_nobodys(void **state)
{
    struct drawn drawn = {0};

    (void)state;
    drawn_init(&drawn);
    edge(&drawn.little, 0, node(1));
    edge(&drawn.little, 7, node(1));
    edge(&drawn.little, 1, node(2));
    drawn_start(&drawn, (unsigned[]){7}, 1, 2);
    gt_exclusive_root(&drawn.owners, 1, 0, node(0));
    spread(&drawn);
    assert_owned(&drawn, 0, 0, 0);
    assert_owned(&drawn, 1, 1, 1);
    drawn_deinit(&drawn);
}

/* An owner has a word in an object that only another owner keeps. Without either of them the target
 * is free, and neither alone reaches it. */
static void an_edge_in_anothers_object_frees_with_either(void **state)
{
    struct drawn drawn = {0};

    (void)state;
    drawn_init(&drawn);
    edge(&drawn.little, 0, node(1));
    gt_cut_word(&drawn.cut, &drawn.little.heap, node(0));
    drawn_start(&drawn, (unsigned[]){7}, 1, 2);
    gt_exclusive_root(&drawn.owners, 0, 0, node(0));
    gt_exclusive_word(&drawn.owners, 1, node(0));
    spread(&drawn);
    assert_true(owns(&drawn, 0, 1) && owns(&drawn, 1, 1) && !owns(&drawn, 1, 0));
    assert_owned(&drawn, 0, 2, 1);
    assert_owned(&drawn, 1, 1, 0);
    drawn_deinit(&drawn);
}

/* The base reaches an object whose pointers belong to an owner: a g. Node 2's out-edges are ignored
 * too, but have two owners, so neither of them alone follows them. */
static void owned_out_edges_lead_on_for_their_owner_alone(void **state)
{
    struct drawn drawn = {0};

    (void)state;
    drawn_init(&drawn);
    edge(&drawn.little, 0, node(1));
    edge(&drawn.little, 2, node(3));
    gt_bit_set(&drawn.cut.no_out_edges, object_at(&drawn.little, node(0)));
    gt_bit_set(&drawn.cut.no_out_edges, object_at(&drawn.little, node(2)));
    drawn_start(&drawn, (unsigned[]){0, 2}, 2, 2);
    gt_exclusive_out_edges(&drawn.owners, 0, object_at(&drawn.little, node(0)));
    gt_exclusive_out_edges(&drawn.owners, 0, object_at(&drawn.little, node(2)));
    gt_exclusive_out_edges(&drawn.owners, 1, object_at(&drawn.little, node(2)));
    spread(&drawn);
    assert_true(owns(&drawn, 0, 3) && owns(&drawn, 1, 3));
    assert_owned(&drawn, 0, 2, 1);
    assert_owned(&drawn, 1, 1, 0);
    drawn_deinit(&drawn);
}

/* An object with a finalizer: its targets are kept, the object itself is not. */
static void contents_are_kept_without_their_object(void **state)
{
    struct drawn drawn = {0};

    (void)state;
    drawn_init(&drawn);
    edge(&drawn.little, 0, node(0));
    edge(&drawn.little, 0, node(1));
    edge(&drawn.little, 1, node(2));
    drawn_start(&drawn, (unsigned[]){7}, 1, 1);
    gt_exclusive_contents(&drawn.owners, 0, 0, object_at(&drawn.little, node(0)));
    spread(&drawn);
    assert_true(!owns(&drawn, 0, 0) && owns(&drawn, 0, 1) && owns(&drawn, 0, 2));
    assert_owned(&drawn, 0, 2, 2);
    drawn_deinit(&drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_two_owners_reach_is_shared),
        cmocka_unit_test(what_the_base_reaches_is_nobodys),
        cmocka_unit_test(an_edge_in_anothers_object_frees_with_either),
        cmocka_unit_test(owned_out_edges_lead_on_for_their_owner_alone),
        cmocka_unit_test(contents_are_kept_without_their_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
