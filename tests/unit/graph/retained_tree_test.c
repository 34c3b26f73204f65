/* How an owner's objects are divided among the values that lead to them, and where the weight
 * is. */
#include "inspector/graph/retained_tree.h"
#include "little_heap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct drawn {
    struct little little;
    struct gt_cut cut;
    struct gt_bitmap base;
    struct gt_exclusive owners;
    struct gt_retained_tree tree;
};

static int drawn_init(void **state)
{
    static struct drawn drawn;

    drawn = (struct drawn){0};
    if (little_init(&drawn.little)) return -1;
    gt_cut_init(&drawn.cut, &drawn.little.heap);
    gt_bitmap_init(&drawn.base, drawn.little.heap.objects);
    *state = &drawn;
    return 0;
}

static int drawn_deinit(void **state)
{
    struct drawn *drawn = *state;

    gt_retained_tree_deinit(&drawn->tree);
    gt_exclusive_deinit(&drawn->owners);
    gt_bitmap_deinit(&drawn->base);
    gt_cut_deinit(&drawn->cut);
    little_deinit(&drawn->little);
    return 0;
}

/* Owner 0 has roots at nodes 0 and 1, owner 1 one at node 6. */
static void spread(struct drawn *drawn)
{
    gt_exclusive_init(&drawn->owners, &drawn->little.heap, &drawn->cut,
                      &drawn->little.heap.allocated, &drawn->base, 2, 3);
    gt_exclusive_root(&drawn->owners, 0, 0, node(0));
    gt_exclusive_root(&drawn->owners, 0, 1, node(1));
    gt_exclusive_root(&drawn->owners, 1, 2, node(6));
    gt_exclusive_spread(&drawn->owners);
    gt_retained_tree_init(&drawn->tree, &drawn->owners);
    gt_retained_tree_start(&drawn->tree, 0);
}

static void assert_way(const struct drawn *drawn, const struct gt_subtree *share,
                       const uint64_t *expected, size_t count)
{
    uint32_t way[4];

    assert_int_equal(gt_subtree_path(&drawn->tree, share, way, 4), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gt_heap_address(&drawn->little.heap, way[i]), expected[i]);
}

/* Node 3 counts for the first value that reaches it. Node 5 is kept by another owner too, and
 * counts for none. */
static void each_object_counts_once(void **state)
{
    struct drawn *drawn = *state;

    edge(&drawn->little, 0, node(3));
    edge(&drawn->little, 1, node(3));
    edge(&drawn->little, 1, node(5));
    edge(&drawn->little, 6, node(5));
    spread(drawn);
    struct gt_subtree first = gt_subtree_take(&drawn->tree, node(0) + 8);
    assert_int_equal(first.bytes, 2 * LITTLE_SIZE);
    struct gt_subtree second = gt_subtree_take(&drawn->tree, node(1));
    assert_int_equal(second.bytes, LITTLE_SIZE);
    assert_int_equal(gt_subtree_take(&drawn->tree, node(0)).count, 0);
    assert_int_equal(gt_subtree_take(&drawn->tree, node(6)).count, 0);
    gt_retained_tree_start(&drawn->tree, 0);
    assert_int_equal(gt_subtree_take(&drawn->tree, node(1)).bytes, 2 * LITTLE_SIZE);
}

/* 0 -> 2 -> {3 -> leaf, 4}: the path ends where the subtree divides, since 3 has less than half. */
static void a_way_leads_to_where_it_divides(void **state)
{
    struct drawn *drawn = *state;

    edge(&drawn->little, 0, node(2));
    edge(&drawn->little, 2, node(3));
    edge(&drawn->little, 2, node(4));
    edge(&drawn->little, 3, leaf(0));
    spread(drawn);
    struct gt_subtree share = gt_subtree_take(&drawn->tree, node(0));
    assert_int_equal(share.count, 5);
    assert_way(drawn, &share, (uint64_t[]){node(0), node(2)}, 2);
}

/* A path follows a chain while there is room for it, and while a child has at least half. */
static void a_way_follows_a_chain(void **state)
{
    struct drawn *drawn = *state;

    edge(&drawn->little, 0, node(2));
    edge(&drawn->little, 2, node(3));
    edge(&drawn->little, 3, node(4));
    spread(drawn);
    struct gt_subtree share = gt_subtree_take(&drawn->tree, node(0));
    assert_way(drawn, &share, (uint64_t[]){node(0), node(2), node(3)}, 3);
    struct gt_subtree none = gt_subtree_take(&drawn->tree, node(3));
    assert_way(drawn, &none, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_object_counts_once, drawn_init, drawn_deinit),
        cmocka_unit_test_setup_teardown(a_way_leads_to_where_it_divides, drawn_init, drawn_deinit),
        cmocka_unit_test_setup_teardown(a_way_follows_a_chain, drawn_init, drawn_deinit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
