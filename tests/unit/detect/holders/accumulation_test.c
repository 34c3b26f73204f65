/* Accumulation points of small graphs. Most objects have no types: their sizes are their kinds. */
#include "inspector/detect/holders/census.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/process/process.h"
#include "inspector/runtime/typing/typing_impl.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NODE_WORDS = 4, CACHE_WORDS = 6, MAP_WORDS = 64 };
enum { MOST_NODES = 64, MOST_CACHES = 8, MOST_MAPS = 8, MOST_LEAVES = 512, LEAF = 1024 };
enum { NODES = 0, CACHES = MOST_NODES, MAPS = CACHES + MOST_CACHES, LEAVES = MAPS + MOST_MAPS };
enum { THRESHOLD = 4 * LEAF, MOST_POINTS = 10 };
#define BASE UINT64_C(0xc000000000)
#define APART UINT64_C(0x1000000)

struct fixture {
    struct gt_goheap heap;
    struct gt_typing typing;
    struct gt_heap_analysis analysis;
    struct gt_process process; /* without channels */
    struct gt_bitmap live;     /* the tree needs it */
    struct gt_dominators tree;
    struct gt_vec points, small;
    uint64_t nodes[MOST_NODES][NODE_WORDS], caches[MOST_CACHES][CACHE_WORDS];
    uint64_t maps[MOST_MAPS][MAP_WORDS];
    unsigned char mask[512];
    uint32_t root;   /* the object that the root leads to */
    uint32_t second; /* the one that another root leads to, if any */
    uint32_t leaves; /* leaves that something points to */
};

static void add_region(struct fixture *fixture, unsigned number, void *bytes, uint64_t slot_size,
                       uint32_t count)
{
    gt_heap_add(&fixture->heap.graph,
                &(struct gt_region){.base = BASE + number * APART,
                                    .slot_size = slot_size,
                                    .bytes = bytes,
                                    .mask = bytes ? fixture->mask : NULL,
                                    .count = count,
                                    .scan = bytes ? GT_SCAN_BITMAP : GT_SCAN_NONE});
}

static struct fixture *fixture_create(void)
{
    struct fixture *fixture = gt_calloc(1, sizeof *fixture);

    memset(fixture->mask, 0xff, sizeof fixture->mask);
    gt_heap_init(&fixture->heap.graph, (struct gt_heap_source){0});
    add_region(fixture, 0, fixture->nodes, sizeof fixture->nodes[0], MOST_NODES);
    add_region(fixture, 1, fixture->caches, sizeof fixture->caches[0], MOST_CACHES);
    add_region(fixture, 2, fixture->maps, sizeof fixture->maps[0], MOST_MAPS);
    add_region(fixture, 3, NULL, LEAF, MOST_LEAVES);
    assert_null(gt_heap_seal(&fixture->heap.graph));
    gt_packed_init(&fixture->typing.type, fixture->heap.graph.scan_objects);
    fixture->typing.heap = fixture->analysis.heap = &fixture->heap;
    fixture->analysis.typing = &fixture->typing;
    fixture->analysis.process = &fixture->process;
    fixture->small = GT_VEC_OF(struct gt_accumulation);
    return fixture;
}

static void fixture_destroy(struct fixture *fixture)
{
    gt_vec_deinit(&fixture->points);
    gt_vec_deinit(&fixture->small);
    gt_dominators_deinit(&fixture->tree);
    gt_bitmap_deinit(&fixture->live);
    gt_packed_deinit(&fixture->typing.type);
    gt_heap_deinit(&fixture->heap.graph);
    gt_free(fixture);
}

static uint64_t address(const struct fixture *fixture, uint32_t object)
{
    return gt_heap_address(&fixture->heap.graph, object);
}

/* A map with so many values. */
static void fill(struct fixture *fixture, unsigned map, unsigned values)
{
    for (unsigned i = 0; i < values; i++)
        fixture->maps[map][i] = address(fixture, LEAVES + fixture->leaves++);
}

/* A cache and its map. */
static void make_cache(struct fixture *fixture, unsigned number, unsigned values)
{
    fixture->caches[number][0] = address(fixture, MAPS + number);
    fill(fixture, number, values);
}

static void point(struct fixture *fixture, unsigned node, unsigned word, uint32_t to)
{
    fixture->nodes[node][word] = address(fixture, NODES + to);
}

static void hold_leaf(struct fixture *fixture, unsigned node, unsigned word)
{
    fixture->nodes[node][word] = address(fixture, LEAVES + fixture->leaves++);
}

/* All objects are live, as the points of a program are looked for. */
static void find(struct fixture *fixture)
{
    struct gt_heap *graph = &fixture->heap.graph;
    const struct gt_dominator_root roots[] = {
        {.value = address(fixture, fixture->root)},
        {.value = address(fixture, fixture->second), .group = 1}};
    size_t count = fixture->second ? 2 : 1;
    struct gt_bitmap *live = &fixture->live;
    struct gt_cut cut;

    for (uint32_t i = 0; i < graph->objects; i++)
        gt_bit_set(&graph->allocated, i);
    gt_bitmap_init(live, graph->objects);
    gt_cut_init(&cut, graph);
    struct gt_marker *marker = gt_marker_create(graph, &cut, live);
    for (size_t i = 0; i < count; i++)
        gt_mark_seed(marker, roots[i].value);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_cut_deinit(&cut);
    gt_dominators_init(&fixture->tree, graph, live, roots, count, (uint32_t)count);
    fixture->points = gt_accumulations(&fixture->analysis, &fixture->tree, THRESHOLD, MOST_POINTS,
                                       &fixture->small);
}

static void assert_points(const struct fixture *fixture, const uint32_t *objects, size_t count)
{
    assert_int_equal(fixture->points.len, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_accumulation *found = gt_vec_at(&fixture->points, i);
        assert_int_equal(gt_dominators_object(&fixture->tree, found->node), objects[i]);
        assert_int_equal(found->bytes, gt_dominators_retained(&fixture->tree, found->node));
    }
}

static const struct gt_accumulation *only(const struct fixture *fixture)
{
    assert_int_equal(fixture->points.len, 1);
    return gt_vec_at(&fixture->points, 0);
}

static void two_of_one_type_divide(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fixture->nodes[0][i] = address(fixture, CACHES + i);
        make_cache(fixture, i, 40 - i);
    }
    find(fixture);
    assert_points(fixture, (const uint32_t[]){MAPS, MAPS + 1}, 2);
    fixture_destroy(fixture);
}

/* Of which one leads to the other. */
static void two_of_one_type_divide_below_each_other(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    fixture->nodes[0][0] = address(fixture, CACHES);
    make_cache(fixture, 0, 40);
    fixture->caches[0][1] = address(fixture, CACHES + 1);
    make_cache(fixture, 1, 38);
    find(fixture);
    assert_points(fixture, (const uint32_t[]){MAPS, MAPS + 1}, 2);
    fixture_destroy(fixture);
}

static void many_of_one_type_are_a_crowd(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    for (unsigned i = 0; i < NODE_WORDS; i++) {
        fixture->nodes[0][i] = address(fixture, CACHES + i);
        make_cache(fixture, i, 40);
    }
    find(fixture);
    assert_points(fixture, (const uint32_t[]){NODES}, 1);
    assert_false(only(fixture)->list);
    fixture_destroy(fixture);
}

/* Five entries in a map, and three in more storage of it, which is heavier than each entry. */
static void an_overflow_bucket_does_not_divide_a_map(void **state)
{
    struct fixture *fixture = fixture_create();
    enum { FIRST = 5 };

    (void)state;
    fixture->root = MAPS;
    for (unsigned i = 0; i < MOST_CACHES; i++) {
        fixture->maps[i < FIRST ? 0 : 1][i] = address(fixture, CACHES + i);
        for (unsigned word = 0; word < CACHE_WORDS; word++)
            fixture->caches[i][word] = address(fixture, LEAVES + fixture->leaves++);
    }
    fixture->maps[0][MAP_WORDS - 1] = address(fixture, MAPS + 1);
    find(fixture);
    assert_points(fixture, (const uint32_t[]){MAPS}, 1);
    assert_false(only(fixture)->list);
    fixture_destroy(fixture);
}

/* A balanced tree of 63 nodes. Each has two children, and a leaf. */
static void a_tree_is_one(void **state)
{
    struct fixture *fixture = fixture_create();
    enum { TREE = 63, WITH_CHILDREN = TREE / 2 };

    (void)state;
    for (unsigned i = 0; i < TREE; i++) {
        hold_leaf(fixture, i, 0);
        for (unsigned child = 1; child <= 2 && i < WITH_CHILDREN; child++)
            point(fixture, i, child, 2 * i + child);
    }
    find(fixture);
    assert_points(fixture, (const uint32_t[]){NODES}, 1);
    assert_int_equal(only(fixture)->bytes, TREE * (LEAF + NODE_WORDS * 8));
    fixture_destroy(fixture);
}

static void a_list_begins_at_its_first(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    fixture->root = CACHES;
    fixture->caches[0][0] = address(fixture, NODES);
    for (unsigned i = 0; i < MOST_NODES; i++) {
        hold_leaf(fixture, i, 0);
        if (i + 1 < MOST_NODES) point(fixture, i, 1, i + 1);
    }
    find(fixture);
    assert_points(fixture, (const uint32_t[]){NODES}, 1);
    assert_true(only(fixture)->list);
    fixture_destroy(fixture);
}

/* The way goes down while one child keeps most, and a map beside it that is smaller stays. */
static void the_larger_of_two_is_gone_down_to(void **state)
{
    struct fixture *fixture = fixture_create();

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fixture->nodes[0][i] = address(fixture, CACHES + i);
        make_cache(fixture, i, i ? 2 : 50);
    }
    find(fixture);
    assert_points(fixture, (const uint32_t[]){MAPS}, 1);
    fixture_destroy(fixture);
}

static struct gt_census_row count(const struct fixture *fixture, const struct gt_vec *points,
                                  const struct gt_vec *joined)
{
    struct gt_types *types = gt_types_create(&(struct gt_types_sources){0});
    struct gt_process process = {.types = types};
    struct gt_heap_analysis analysis = fixture->analysis;
    struct gt_census_row rows[MOST_POINTS] = {0};

    analysis.process = &process;
    gt_census(&analysis, &fixture->tree, points, joined, rows);
    gt_types_destroy(types);
    return rows[0];
}

/* Two caches of 40 and 39 leaves, of which the second one's map is a part of the first one. */
static void a_joined_point_counts_with_the_other(void **state)
{
    struct fixture *fixture = fixture_create();
    struct gt_vec joined = GT_VEC_OF(struct gt_joined_point), none = joined;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fixture->nodes[0][i] = address(fixture, CACHES + i);
        make_cache(fixture, i, 40 - i);
    }
    find(fixture);
    const struct gt_accumulation *points = gt_vec_at(&fixture->points, 0);
    struct gt_vec first = {.data = fixture->points.data, .len = 1, .elem_size = sizeof *points};
    gt_vec_add(&joined, &(struct gt_joined_point){points[1], points[0].node});
    assert_int_equal(count(fixture, &first, &none).type_objects, 40);
    struct gt_census_row both = count(fixture, &first, &joined);
    assert_int_equal(both.type_objects, 79);
    assert_int_equal(both.type_bytes, 79 * LEAF);
    assert_int_equal(both.objects, 79 + 2);
    gt_vec_deinit(&joined);
    fixture_destroy(fixture);
}

/* What has pointers has a type that is not known, whether or not it leads to others. */
static void leaves_of_unknown_types_are_left_out(void **state)
{
    enum { LEAVES_OF_MAP = 10 };
    struct fixture *fixture = fixture_create();
    struct gt_vec none = GT_VEC_OF(struct gt_joined_point);

    (void)state;
    fixture->root = MAPS;
    fill(fixture, 0, 3);
    for (unsigned i = 0; i < LEAVES_OF_MAP; i++)
        fixture->maps[0][3 + i] = address(fixture, NODES + i);
    find(fixture);
    struct gt_accumulation map = {.node = gt_dominators_node(&fixture->tree, MAPS)};
    struct gt_vec points = {.data = &map, .len = 1, .elem_size = sizeof map};
    struct gt_census_row row = count(fixture, &points, &none);
    assert_int_equal(row.objects, 1 + 3 + LEAVES_OF_MAP);
    assert_int_equal(row.type_objects, 3);
    assert_int_equal(row.type_bytes, 3 * LEAF);
    fixture_destroy(fixture);
}

static void give_type(struct fixture *fixture, unsigned node, gt_type_id type)
{
    gt_packed_set(&fixture->typing.type, NODES + node, gt_typed_as_one(type));
}

/* Four objects of one region that lead nowhere, which two roots lead to. */
static void leaves_below_the_root_are_of_their_own_types(void **state)
{
    enum { ALONE = 1, CROWD = 2 }; /* types */
    struct fixture *fixture = fixture_create();

    (void)state;
    fixture->second = NODES + 1;
    for (unsigned leaf = 0; leaf < NODE_WORDS; leaf++) {
        point(fixture, 0, leaf, 3 + 2 * leaf);
        point(fixture, 1, leaf, 3 + 2 * leaf);
        give_type(fixture, 3 + 2 * leaf, leaf == 0 ? ALONE : CROWD);
    }
    find(fixture);
    assert_int_equal(fixture->points.len, 0);
    assert_int_equal(fixture->small.len, 1);
    const struct gt_accumulation *found = gt_vec_at(&fixture->small, 0);
    assert_int_equal(found->kind, CROWD);
    assert_int_equal(found->count, NODE_WORDS - 1);
    assert_int_equal(found->bytes, (NODE_WORDS - 1) * sizeof fixture->nodes[0]);
    assert_int_equal(gt_dominators_object(&fixture->tree, found->node), NODES + 5);
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_one_type_divide),
        cmocka_unit_test(two_of_one_type_divide_below_each_other),
        cmocka_unit_test(many_of_one_type_are_a_crowd),
        cmocka_unit_test(an_overflow_bucket_does_not_divide_a_map),
        cmocka_unit_test(a_tree_is_one),
        cmocka_unit_test(a_list_begins_at_its_first),
        cmocka_unit_test(the_larger_of_two_is_gone_down_to),
        cmocka_unit_test(a_joined_point_counts_with_the_other),
        cmocka_unit_test(leaves_of_unknown_types_are_left_out),
        cmocka_unit_test(leaves_below_the_root_are_of_their_own_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
