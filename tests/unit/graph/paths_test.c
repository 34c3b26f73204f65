/* Paths on a little heap made by hand, and on random heaps against a simple search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/graph/paths.h"
#include "tests/unit/graph/little_heap.h"
#include "tests/unit/graph/wide_heap.h"

#include <stdlib.h>

struct fixture {
    struct little little;
    struct gt_cut cut;
    struct gt_forest *forest;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    if (little_init(&fixture->little)) return -1;
    gt_cut_init(&fixture->cut, &fixture->little.heap);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    gt_forest_destroy(fixture->forest);
    gt_cut_deinit(&fixture->cut);
    little_deinit(&fixture->little);
    free(fixture);
    return 0;
}

static void build(struct fixture *fixture, const struct gt_cut *cut, uint64_t root0, uint64_t root1)
{
    const uint64_t roots[] = {root0, root1};

    gt_forest_destroy(fixture->forest);
    fixture->forest = gt_forest_create(&fixture->little.heap, cut, roots, 2);
}

/* `nodes`: a digit for every node of the path to the last one; "" when there is no path. */
static void expect_path(const struct fixture *fixture, uint32_t object, const char *nodes,
                        uint32_t root)
{
    uint32_t out[LITTLE_NODES], from = UINT32_MAX;
    size_t skipped = 99,
           length = gt_forest_path(fixture->forest, object, out, LITTLE_NODES, &from, &skipped);

    assert_int_equal(length, strlen(nodes));
    assert_int_equal(skipped, 0);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(out[i], nodes[i] - '0');
    if (length) assert_int_equal(from, root);
}

static void chain(struct fixture *fixture, unsigned length)
{
    for (unsigned i = 0; i + 1 < length; i++)
        edge(&fixture->little, i, node(i + 1));
}

static void the_way_is_the_shortest(void **state)
{
    struct fixture *fixture = *state;

    chain(fixture, 5);
    edge(&fixture->little, 0, node(3));
    build(fixture, NULL, node(0), 0);
    expect_path(fixture, 0, "0", 0);
    expect_path(fixture, 2, "012", 0);
    expect_path(fixture, 4, "034", 0);
    expect_path(fixture, 5, "", 0);
}

static void earlier_roots_win_ties(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(2));
    edge(&fixture->little, 1, node(2));
    build(fixture, NULL, node(1), node(0));
    expect_path(fixture, 2, "12", 0);
    build(fixture, NULL, node(0), node(0) + 8);
    expect_path(fixture, 2, "02", 0);
}

static void later_roots_win_when_nearer(void **state)
{
    struct fixture *fixture = *state;

    chain(fixture, 4);
    build(fixture, NULL, node(0), node(2));
    expect_path(fixture, 1, "01", 0);
    expect_path(fixture, 3, "23", 1);
}

static void build_late(struct fixture *fixture, uint64_t late_root, uint64_t root)
{
    const uint64_t roots[] = {late_root, root};
    struct gt_bitmap late;

    gt_bitmap_init(&late, 2);
    gt_bit_set(&late, 0);
    gt_forest_destroy(fixture->forest);
    fixture->forest = gt_forest_create_late(&fixture->little.heap, NULL, roots, 2, &late);
    gt_bitmap_deinit(&late);
}

static void late_roots_win_when_two_objects_nearer(void **state)
{
    struct fixture *fixture = *state;

    chain(fixture, 6);
    build_late(fixture, node(1), node(0));
    expect_path(fixture, 1, "01", 1);
    build_late(fixture, node(2), node(0));
    expect_path(fixture, 2, "2", 0);
    expect_path(fixture, 3, "23", 0);
    build_late(fixture, node(3), 0);
    expect_path(fixture, 5, "345", 0);
    expect_path(fixture, 0, "", 0);
}

static void objects_without_pointers_have_no_way(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, leaf(0));
    build(fixture, NULL, node(0), leaf(1));
    expect_path(fixture, object_at(&fixture->little, leaf(0)), "", 0);
    expect_path(fixture, GT_NO_OBJECT, "", 0);
}

static void ways_honour_the_cut(void **state)
{
    struct fixture *fixture = *state;

    edge(&fixture->little, 0, node(1));
    edge(&fixture->little, 0, node(2));
    edge(&fixture->little, 0, node(3));
    edge(&fixture->little, 1, node(4));
    edge(&fixture->little, 2, node(4));
    edge(&fixture->little, 3, node(4));
    gt_bit_set(&fixture->cut.blocked, 1);
    gt_cut_word(&fixture->cut, &fixture->little.heap, node(0) + 8);
    build(fixture, &fixture->cut, node(0), 0);
    expect_path(fixture, 1, "", 0);
    expect_path(fixture, 2, "", 0);
    expect_path(fixture, 4, "034", 0);
    gt_bit_set(&fixture->cut.no_out_edges, 3);
    build(fixture, &fixture->cut, node(0), 0);
    expect_path(fixture, 3, "03", 0);
    expect_path(fixture, 4, "", 0);
}

static void what_is_free_or_absent_is_passed_by(void **state)
{
    struct fixture *fixture = *state;

    chain(fixture, 4);
    gt_bit_clear(&fixture->little.heap.allocated, 2);
    build(fixture, NULL, node(0), 0);
    expect_path(fixture, 1, "01", 0);
    expect_path(fixture, 3, "", 0);
    little_lose_bytes(&fixture->little);
    build(fixture, NULL, node(0), 0);
    expect_path(fixture, 0, "0", 0);
    expect_path(fixture, 1, "", 0);
}

static void long_ways_lose_their_middle(void **state)
{
    struct fixture *fixture = *state;
    uint32_t out[3] = {99, 99, 99}, root = 99;
    size_t skipped = 0;

    chain(fixture, 8);
    build(fixture, NULL, 0, node(0));
    assert_int_equal(gt_forest_path(fixture->forest, 7, out, 3, &root, &skipped), 3);
    assert_int_equal(root, 1);
    assert_int_equal(skipped, 5);
    assert_int_equal(out[0], 0);
    assert_int_equal(out[1], 6);
    assert_int_equal(out[2], 7);
    assert_int_equal(gt_forest_path(fixture->forest, 7, out, 1, NULL, &skipped), 1);
    assert_int_equal(out[0], 7);
    assert_int_equal(skipped, 7);
    assert_int_equal(gt_forest_path(fixture->forest, 7, NULL, 0, NULL, NULL), 0);
}

static void the_longest_way_is_whole(void **state)
{
    struct fixture *fixture = *state;

    chain(fixture, LITTLE_NODES);
    build(fixture, NULL, node(0), 0);
    expect_path(fixture, 7, "01234567", 0);
}

static void an_empty_heap_has_no_ways(void **state)
{
    struct gt_heap heap;
    struct gt_forest *forest;
    size_t skipped;

    (void)state;
    gt_heap_init(&heap, (struct gt_heap_source){0});
    assert_null(gt_heap_seal(&heap));
    forest = gt_forest_create(&heap, NULL, NULL, 0);
    assert_int_equal(gt_forest_path(forest, 0, NULL, 0, NULL, &skipped), 0);
    gt_forest_destroy(forest);
    gt_heap_deinit(&heap);
}

/* ---- a larger graph, compared with a very simple search ------------------------------------ */

struct search {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    uint32_t *parent, *queue;
    size_t head, tail;
    uint32_t from;
    uint64_t address;
};

static void search_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct search *search = ctx;
    uint32_t object = gt_heap_object(search->heap, value);

    if (object >= search->heap->scan_objects || search->parent[object] != GT_NO_PARENT) return;
    if (gt_bit(&search->cut->blocked, object)) return;
    if (gt_cut_has_word(search->cut, search->address + offset)) return;
    search->parent[object] = search->from;
    search->queue[search->tail++] = object;
}

static void search_all(struct search *search, const uint64_t *roots, size_t count)
{
    size_t size = search->heap->scan_objects * sizeof(uint32_t);

    search->parent = memset(malloc(size + 1), 0xff, size);
    search->queue = malloc(size + 1);
    for (size_t i = 0; i < count; i++) {
        search->from = GT_FROM_ROOT | (uint32_t)i;
        search_word(search, 0, roots[i]);
    }
    while (search->head < search->tail) {
        uint32_t object = search->from = search->queue[search->head++];
        if (gt_bit(&search->cut->no_out_edges, object)) continue;
        search->address = gt_heap_address(search->heap, object);
        gt_heap_words(search->heap, object, search_word, search);
    }
}

enum { LEAP = 7919 }; /* a prime, so that all objects are queried, in no order */

static void wide_forests_are_those_of_the_simple_search(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct wide *wide = calloc(1, sizeof *wide);
        struct gt_forest *forest;
        struct gt_cut cut;
        uint64_t roots[30];

        wide_init(wide, seed);
        gt_cut_init(&cut, &wide->heap);
        if (seed % 2) roll_cut(wide, &cut);
        for (size_t i = 0; i < 30; i++)
            roots[i] = WIDE_BASE + roll(wide, WIDE_BYTES);
        struct search search = {.heap = &wide->heap, .cut = &cut};
        search_all(&search, roots, 30);
        assert_true(search.tail > 5);
        forest = gt_forest_create(&wide->heap, &cut, roots, 30);
        for (uint32_t i = 0; i < wide->heap.scan_objects; i++) {
            uint32_t object = (uint32_t)(i * (uint64_t)LEAP % wide->heap.scan_objects);
            assert_int_equal(gt_forest_parent(forest, object), search.parent[object]);
        }
        free(search.parent);
        free(search.queue);
        gt_forest_destroy(forest);
        gt_cut_deinit(&cut);
        gt_heap_deinit(&wide->heap);
        free(wide);
    }
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(the_way_is_the_shortest),
        WITH_FIXTURE(earlier_roots_win_ties),
        WITH_FIXTURE(later_roots_win_when_nearer),
        WITH_FIXTURE(late_roots_win_when_two_objects_nearer),
        WITH_FIXTURE(objects_without_pointers_have_no_way),
        WITH_FIXTURE(ways_honour_the_cut),
        WITH_FIXTURE(what_is_free_or_absent_is_passed_by),
        WITH_FIXTURE(long_ways_lose_their_middle),
        WITH_FIXTURE(the_longest_way_is_whole),
        cmocka_unit_test(wide_forests_are_those_of_the_simple_search),
        cmocka_unit_test(an_empty_heap_has_no_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
