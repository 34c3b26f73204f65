/* Lists of targets and ranks of a heap of all kinds, against what its words say one by one. */
#include "inspector/graph/dominators/targets.h"

#include "inspector/base/alloc.h"
#include "inspector/base/numbers.h"
#include "tests/unit/graph/wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 60, PLENTY = 1 << 20 };

struct lists {
    struct wide *wide;
    struct gt_bitmap live, inner;
    struct gt_rank live_rank;
    struct gt_ranks ranks;
    struct gt_targets targets;
    struct gt_targets_tables tables;
    struct gt_vec leaf_edges;
};

static void lists_init(struct lists *lists, uint64_t seed, uint64_t most)
{
    *lists = (struct lists){.wide = gt_calloc(1, sizeof *lists->wide),
                            .leaf_edges = GT_VEC_OF(struct gt_leaf_edge)};
    wide_init(lists->wide, seed);
    const struct gt_heap *heap = &lists->wide->heap;
    gt_bitmap_init(&lists->live, heap->objects);
    gt_bitmap_init(&lists->inner, heap->objects);
    for (uint32_t i = 0; i < heap->objects; i++)
        if (gt_bit(&heap->allocated, i) && roll(lists->wide, 8)) gt_bit_set(&lists->live, i);
    gt_rank_init(&lists->live_rank, &lists->live);
    lists->tables = (struct gt_targets_tables){gt_alloc((heap->objects + 1) * sizeof(uint32_t)),
                                               &lists->leaf_edges};
    gt_targets_init(&lists->targets, heap, &lists->live_rank, &lists->tables, most, &lists->inner);
    gt_ranks_init(&lists->ranks, &lists->live, &lists->inner);
    gt_targets_rank(&lists->targets, &lists->ranks, &lists->tables);
}

static void lists_deinit(struct lists *lists)
{
    gt_targets_deinit(&lists->targets);
    gt_ranks_deinit(&lists->ranks);
    gt_rank_deinit(&lists->live_rank);
    gt_bitmap_deinit(&lists->live);
    gt_bitmap_deinit(&lists->inner);
    gt_vec_deinit(&lists->leaf_edges);
    gt_free(lists->tables.place);
    gt_heap_deinit(&lists->wide->heap);
    gt_free(lists->wide);
}

/* ---- what the words say ---------------------------------------------------------------------- */

struct reader {
    const struct lists *lists;
    uint32_t from;
    struct gt_u64s *edges; /* from << 32 | to: objects */
};

static void add_word(void *ctx, uint64_t offset, uint64_t value)
{
    const struct reader *reader = ctx;
    uint32_t to = gt_heap_object(&reader->lists->wide->heap, value);

    (void)offset;
    if (to == GT_NO_OBJECT || to == reader->from || !gt_bit(&reader->lists->live, to)) return;
    gt_u64s_add(reader->edges, (uint64_t)reader->from << 32 | to);
}

/* The edges of one object. */
static struct gt_u64s edges_of(const struct lists *lists, uint32_t object)
{
    struct gt_u64s edges = {0};

    gt_heap_words(&lists->wide->heap, object, add_word, &(struct reader){lists, object, &edges});
    gt_u64s_sort(&edges);
    return edges;
}

/* ---- what the tables say --------------------------------------------------------------------- */

static void add_edge(const struct lists *lists, struct gt_u64s *edges, uint32_t from, uint32_t to)
{
    gt_u64s_add(edges, (uint64_t)gt_ranks_object(&lists->ranks, from) << 32 |
                           gt_ranks_object(&lists->ranks, to));
}

/* The edges to leaves, of all objects. */
static struct gt_u64s edges_to_leaves(const struct lists *lists)
{
    struct gt_u64s edges = {0};

    for (uint32_t leaf = lists->ranks.first_leaf; leaf < lists->ranks.count; leaf++)
        if (lists->tables.place[leaf] != GT_TARGETS_NONE)
            add_edge(lists, &edges, lists->tables.place[leaf], leaf);
    for (size_t i = 0; i < lists->leaf_edges.len; i++) {
        const struct gt_leaf_edge *edge = gt_vec_at(&lists->leaf_edges, i);
        assert_true(edge->leaf >= lists->ranks.first_leaf);
        add_edge(lists, &edges, edge->from, edge->leaf);
    }
    return edges;
}

static void add_list(const struct lists *lists, uint32_t rank, struct gt_u64s *edges)
{
    uint32_t place = lists->tables.place[rank];

    if (place == GT_TARGETS_NONE) return;
    for (const uint32_t *at = gt_targets_of(&lists->targets, place);; at++) {
        assert_true((*at & ~GT_TARGETS_LAST) < lists->ranks.first_leaf);
        add_edge(lists, edges, rank, *at & ~GT_TARGETS_LAST);
        if (*at & GT_TARGETS_LAST) break;
    }
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static bool is_unlisted(const struct lists *lists, uint32_t object)
{
    uint32_t rank = gt_ranks_of(&lists->ranks, object);

    return rank < lists->ranks.first_leaf && lists->tables.place[rank] == GT_TARGETS_UNLISTED;
}

/* Compares the lists of objects below `end`. */
static void compare_edges(const struct lists *lists, uint32_t end)
{
    struct gt_u64s found = edges_to_leaves(lists), said = {0};

    for (uint32_t object = 0; object < end; object++) {
        if (!gt_bit(&lists->live, object)) continue;
        struct gt_u64s edges = edges_of(lists, object);
        uint32_t rank = gt_ranks_of(&lists->ranks, object);
        bool is_inner = rank < lists->ranks.first_leaf;
        assert_int_equal(is_inner, edges.len > 0);
        if (is_inner) add_list(lists, rank, &found);
        for (size_t i = 0; i < edges.len; i++)
            gt_u64s_add(&said, edges.at[i]);
        gt_u64s_deinit(&edges);
    }
    gt_u64s_sort(&found);
    gt_u64s_sort(&said);
    size_t count = 0;
    while (count < found.len && found.at[count] >> 32 < end)
        count++;
    assert_int_equal(count, said.len);
    if (count) assert_memory_equal(found.at, said.at, count * sizeof *said.at);
    gt_u64s_deinit(&found);
    gt_u64s_deinit(&said);
}

/* Inner objects come first, in their order; leaves follow, in theirs. */
static void compare_ranks(const struct lists *lists)
{
    uint32_t inner = 0, leaf = lists->ranks.first_leaf;

    for (uint32_t object = 0; object < lists->wide->heap.objects; object++) {
        uint32_t rank = gt_ranks_of(&lists->ranks, object);
        assert_int_equal(gt_ranks_leaf_from(&lists->ranks, object), leaf);
        if (!gt_bit(&lists->live, object)) {
            assert_int_equal(rank, GT_NO_RANK);
            continue;
        }
        bool is_inner = gt_bit(&lists->inner, object);
        if (!is_inner) assert_int_equal(gt_ranks_next_leaf(&lists->ranks, object), object);
        assert_int_equal(rank, is_inner ? inner++ : leaf++);
        assert_int_equal(gt_ranks_object(&lists->ranks, rank), object);
    }
    assert_int_equal(inner, lists->ranks.first_leaf);
    assert_int_equal(leaf, lists->ranks.count);
    assert_int_equal(gt_ranks_leaf_from(&lists->ranks, lists->wide->heap.objects), leaf);
}

static uint32_t first_unlisted(const struct lists *lists)
{
    uint32_t end = lists->wide->heap.scan_objects, object = 0;

    while (object < end && !is_unlisted(lists, object))
        object++;
    for (uint32_t later = object; later < end; later++)
        assert_int_equal(gt_bit(&lists->live, later), is_unlisted(lists, later));
    return object;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void everything_is_listed_if_there_is_room(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct lists lists;
        lists_init(&lists, seed, PLENTY);
        assert_int_equal(first_unlisted(&lists), lists.wide->heap.scan_objects);
        compare_ranks(&lists);
        compare_edges(&lists, lists.wide->heap.scan_objects);
        assert_true(lists.ranks.first_leaf > 0);
        lists_deinit(&lists);
    }
}

/* Objects before the first one that is not listed are as if there were room. The others are inner
 * ones, whatever they lead to. */
static void what_has_no_room_is_left_to_the_walk(void **state)
{
    static const uint64_t rooms[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 20};

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
            struct lists lists;
            lists_init(&lists, seed, rooms[i]);
            uint32_t end = first_unlisted(&lists);
            assert_true(lists.targets.count <= rooms[i]);
            assert_true(end < lists.wide->heap.scan_objects);
            compare_ranks(&lists);
            compare_edges(&lists, end);
            lists_deinit(&lists);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_listed_if_there_is_room),
        cmocka_unit_test(what_has_no_room_is_left_to_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
