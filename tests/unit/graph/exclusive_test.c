/* What each owner alone keeps: in drawn graphs, and in random heaps by one mark for each owner. */
#include "inspector/base/alloc.h"
#include "inspector/graph/gained.h"
#include "little_heap.h"
#include "wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

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

/* ---- random heaps ---------------------------------------------------------------------------- */

enum { OWNERS = 9, EDGES = 60, ROOTS = 40 };

struct owned_edge { /* as in exclusive.h: with one owner, or with two */
    enum gt_owned_kind kind;
    uint64_t key, value;
    uint32_t owners[2];
    size_t owner_count;
};

struct random_graph {
    struct wide wide;
    uint64_t roots[ROOTS]; /* without owners */
    struct owned_edge edges[EDGES];
    struct gt_u64s words; /* addresses of pointer words */
};

struct lister {
    struct gt_u64s *words;
    uint64_t address;
};

static void list_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct lister *lister = ctx;
    uint64_t addr = lister->address + offset;

    if (value) gt_u64s_add(lister->words, addr);
}

static void list_words(struct random_graph *graph)
{
    const struct gt_heap *heap = &graph->wide.heap;

    graph->words = (struct gt_u64s){0};
    for (uint32_t i = 0; i < heap->scan_objects; i++) {
        struct lister lister = {&graph->words, gt_heap_address(heap, i)};
        if (gt_bit(&heap->allocated, i)) gt_heap_words(heap, i, list_word, &lister);
    }
}

static uint32_t any_object(struct random_graph *graph)
{
    const struct gt_heap *heap = &graph->wide.heap;
    size_t from = roll(&graph->wide, heap->scan_objects);
    size_t found = gt_bitmap_next(&heap->allocated, from);

    return found < heap->scan_objects ? (uint32_t)found
                                      : (uint32_t)gt_bitmap_next(&heap->allocated, 0);
}

static void make_edge(struct random_graph *graph, uint32_t number)
{
    struct owned_edge *made = &graph->edges[number];
    uint32_t object = any_object(graph);

    made->kind = (enum gt_owned_kind)roll(&graph->wide, 4);
    made->key = number;
    made->value = WIDE_BASE + roll(&graph->wide, WIDE_BYTES);
    if (made->kind == GT_OWNED_CONTENTS) made->value = object;
    if (made->kind == GT_OWNED_OUT_EDGES) made->key = object;
    if (made->kind == GT_OWNED_WORD)
        made->key = graph->words.at[roll(&graph->wide, graph->words.len)];
    made->owners[0] = (uint32_t)roll(&graph->wide, OWNERS);
    made->owners[1] = (uint32_t)roll(&graph->wide, OWNERS);
    made->owner_count = roll(&graph->wide, 5) ? 1 : 2;
}

static void make_graph(struct random_graph *graph, uint64_t seed)
{
    wide_init(&graph->wide, seed);
    list_words(graph);
    for (size_t i = 0; i < ROOTS; i++)
        graph->roots[i] = WIDE_BASE + roll(&graph->wide, WIDE_BYTES);
    for (uint32_t i = 0; i < EDGES; i++)
        make_edge(graph, i);
}

static bool is_word(const struct owned_edge *edge)
{
    return edge->kind == GT_OWNED_WORD || edge->kind == GT_OWNED_OUT_EDGES;
}

/* Is any of the edge's owners, or of the owners of the same word or object, taken away? */
static bool away(const struct random_graph *graph, const struct owned_edge *edge,
                 const bool *owner_away)
{
    for (size_t i = 0; i < EDGES; i++) {
        const struct owned_edge *same = &graph->edges[i];
        if (same != edge && !(is_word(edge) && same->kind == edge->kind && same->key == edge->key))
            continue;
        for (size_t j = 0; j < same->owner_count; j++)
            if (owner_away[same->owners[j]]) return true;
    }
    return false;
}

/* The simple way: marks everything again without the edges of the owners that are taken away. */
static void mark_without(const struct random_graph *graph, const bool *owner_away,
                         struct gt_bitmap *marked)
{
    const struct gt_heap *heap = &graph->wide.heap;
    struct gt_cut cut;

    gt_cut_init(&cut, heap);
    for (size_t i = 0; i < EDGES; i++) {
        const struct owned_edge *owned = &graph->edges[i];
        if (!is_word(owned) || !away(graph, owned, owner_away)) continue;
        if (owned->kind == GT_OWNED_WORD)
            gt_cut_word(&cut, heap, owned->key);
        else
            gt_bit_set(&cut.no_out_edges, owned->key);
    }
    struct gt_marker *marker = gt_marker_create(heap, &cut, marked);
    for (size_t i = 0; i < ROOTS; i++)
        gt_mark_seed(marker, graph->roots[i]);
    for (size_t i = 0; i < EDGES; i++) {
        const struct owned_edge *owned = &graph->edges[i];
        if (is_word(owned) || away(graph, owned, owner_away)) continue;
        if (owned->kind == GT_OWNED_ROOT)
            gt_mark_seed(marker, owned->value);
        else
            gt_mark_contents(marker, (uint32_t)owned->value);
    }
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_cut_deinit(&cut);
}

static void give_edges(const struct random_graph *graph, struct gt_exclusive *owners)
{
    for (uint32_t owner = 0; owner < OWNERS; owner++)
        for (size_t i = 0; i < EDGES; i++) {
            const struct owned_edge *owned = &graph->edges[i];
            if (owned->owners[0] != owner && (owned->owner_count == 1 || owned->owners[1] != owner))
                continue;
            if (owned->kind == GT_OWNED_ROOT)
                gt_exclusive_root(owners, owner, (uint32_t)owned->key, owned->value);
            else if (owned->kind == GT_OWNED_CONTENTS)
                gt_exclusive_contents(owners, owner, (uint32_t)owned->key, (uint32_t)owned->value);
            else if (owned->kind == GT_OWNED_WORD)
                gt_exclusive_word(owners, owner, owned->key);
            else
                gt_exclusive_out_edges(owners, owner, (uint32_t)owned->key);
        }
}

/* Cuts all edges that have owners. */
static void cut_all(const struct random_graph *graph, struct gt_cut *cut)
{
    for (size_t i = 0; i < EDGES; i++) {
        const struct owned_edge *owned = &graph->edges[i];
        if (owned->kind == GT_OWNED_WORD) gt_cut_word(cut, &graph->wide.heap, owned->key);
        if (owned->kind == GT_OWNED_OUT_EDGES) gt_bit_set(&cut->no_out_edges, owned->key);
    }
}

struct marks {
    struct gt_bitmap live, base, one;
    uint64_t owned; /* objects, by all owners */
};

static void compare_owner(const struct random_graph *graph, const struct gt_exclusive *owners,
                          struct gt_gained *reaches, uint32_t owner, struct marks *marks)
{
    const struct gt_heap *heap = &graph->wide.heap;
    bool owner_away[OWNERS] = {0};

    gt_bitmap_reset(&marks->one);
    owner_away[owner] = true;
    mark_without(graph, owner_away, &marks->one);
    for (uint32_t i = 0; i < heap->objects; i++)
        assert_int_equal(gt_exclusive_has(owners, owner, i),
                         gt_bit(&marks->live, i) && !gt_bit(&marks->one, i));
    struct gt_owned owned = gt_exclusive_owned(owners, owner);
    marks->owned += owned.objects;
    assert_int_equal(owned.objects, gt_bitmap_count(&marks->live) - gt_bitmap_count(&marks->one));
    assert_int_equal(owned.bytes,
                     gt_heap_bytes_of(heap, &marks->live) - gt_heap_bytes_of(heap, &marks->one));
    gt_bitmap_reset(&marks->one);
    for (uint32_t i = 0; i < OWNERS; i++)
        owner_away[i] = i != owner;
    mark_without(graph, owner_away, &marks->one);
    struct gt_owned reach = gt_gained_by(reaches, owner);
    assert_int_equal(reach.objects, gt_bitmap_count(&marks->one) - gt_bitmap_count(&marks->base));
    assert_int_equal(reach.bytes,
                     gt_heap_bytes_of(heap, &marks->one) - gt_heap_bytes_of(heap, &marks->base));
}

/* Returns how many objects have owners. */
static uint64_t compare(const struct random_graph *graph)
{
    const struct gt_heap *heap = &graph->wide.heap;
    bool none[OWNERS] = {0}, all[OWNERS];
    struct marks marks = {0};
    struct gt_cut cut;
    struct gt_exclusive owners;
    struct gt_gained reaches;

    memset(all, true, sizeof all);
    gt_bitmap_init(&marks.live, heap->objects);
    gt_bitmap_init(&marks.base, heap->objects);
    gt_bitmap_init(&marks.one, heap->objects);
    mark_without(graph, none, &marks.live);
    mark_without(graph, all, &marks.base);
    gt_cut_init(&cut, heap);
    cut_all(graph, &cut);
    gt_exclusive_init(&owners, heap, &cut, &marks.live, &marks.base, OWNERS, EDGES);
    give_edges(graph, &owners);
    gt_exclusive_spread(&owners);
    gt_gained_init(&reaches, &owners);
    for (uint32_t owner = 0; owner < OWNERS; owner++)
        compare_owner(graph, &owners, &reaches, owner, &marks);
    gt_gained_deinit(&reaches);
    gt_exclusive_deinit(&owners);
    gt_cut_deinit(&cut);
    gt_bitmap_deinit(&marks.live);
    gt_bitmap_deinit(&marks.base);
    gt_bitmap_deinit(&marks.one);
    return marks.owned;
}

static void random_heaps_give_what_marks_give(void **state)
{
    struct random_graph *graph = gt_calloc(1, sizeof *graph);

    uint64_t owned = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        make_graph(graph, seed);
        owned += compare(graph);
        gt_u64s_deinit(&graph->words);
        gt_heap_deinit(&graph->wide.heap);
    }
    gt_free(graph);
    assert_true(owned > 60 * OWNERS); /* enough for a useful comparison */
}

/* ---- many owners ----------------------------------------------------------------------------- */

enum { MANY = 50000, SLOT = 16, SECONDS = 10 };

/* MANY owners have one object each, which all lead to one chain of as many objects. An algorithm
 * that costs the owners times the chain does not end in time. */
static void many_owners_of_one_chain_end_in_time(void **state)
{
    uint64_t(*slots)[SLOT / 8] = gt_calloc(2 * MANY, SLOT);
    unsigned char *mask = memset(gt_alloc(2 * MANY * SLOT / 64), 0xff, 2 * MANY * SLOT / 64);
    struct gt_heap heap;
    struct gt_bitmap base;
    struct gt_cut cut;
    struct gt_exclusive owners;
    struct gt_gained reaches;
    clock_t start = clock();

    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        slots[i][0] = WIDE_BASE + MANY * SLOT;
        if (i + 1 < MANY) slots[MANY + i][0] = WIDE_BASE + (MANY + i + 1) * SLOT;
    }
    gt_heap_init(&heap, (struct gt_heap_source){0});
    gt_heap_add(&heap, &(struct gt_region){.base = WIDE_BASE,
                                           .slot_size = SLOT,
                                           .count = 2 * MANY,
                                           .scan = GT_SCAN_BITMAP,
                                           .bytes = (unsigned char *)slots,
                                           .mask = mask});
    assert_null(gt_heap_seal(&heap));
    for (uint32_t i = 0; i < heap.objects; i++)
        gt_bit_set(&heap.allocated, i);
    gt_bitmap_init(&base, heap.objects);
    gt_cut_init(&cut, &heap);
    gt_exclusive_init(&owners, &heap, &cut, &heap.allocated, &base, MANY, MANY);
    for (uint32_t i = 0; i < MANY; i++)
        gt_exclusive_root(&owners, i, i, WIDE_BASE + i * SLOT);
    gt_exclusive_spread(&owners);
    gt_gained_init(&reaches, &owners);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(gt_exclusive_owned(&owners, i).objects, 1);
        assert_int_equal(gt_gained_by(&reaches, i).objects, 1 + MANY);
        assert_true((clock() - start) / CLOCKS_PER_SEC < SECONDS);
    }
    gt_gained_deinit(&reaches);
    gt_exclusive_deinit(&owners);
    gt_cut_deinit(&cut);
    gt_bitmap_deinit(&base);
    gt_heap_deinit(&heap);
    gt_free(slots);
    gt_free(mask);
}

/* ---- sets ------------------------------------------------------------------------------------ */

static void sets_are_told_by_what_is_in_them(void **state)
{
    struct gt_sets sets;
    uint32_t members[GT_SET_MAX];

    (void)state;
    gt_sets_init(&sets, 200);
    uint32_t odd = GT_SET_NONE, low = GT_SET_NONE;
    for (uint32_t i = 9; i-- > 0;) {
        if (i % 2) odd = gt_sets_join(&sets, odd, gt_set_of(i));
        if (i < 4) low = gt_sets_join(&sets, gt_set_of(i), low);
    }
    uint32_t both = gt_sets_meet(&sets, odd, low);
    assert_int_equal(gt_sets_members(&sets, both, members), 2);
    assert_int_equal(members[0], 1);
    assert_int_equal(members[1], 3);
    assert_int_equal(both, gt_sets_join(&sets, gt_set_of(3), gt_set_of(1)));
    assert_true(gt_sets_has(&sets, odd, 7) && !gt_sets_has(&sets, odd, 2));
    assert_int_equal(gt_sets_meet(&sets, odd, gt_set_of(5)), gt_set_of(5));
    assert_int_equal(gt_sets_meet(&sets, odd, gt_set_of(6)), GT_SET_NONE);
    assert_int_equal(gt_sets_meet(&sets, GT_SET_ALL, odd), odd);
    uint32_t many = GT_SET_NONE;
    for (uint32_t i = 0; i < 200; i++)
        many = gt_sets_join(&sets, many, gt_set_of(i));
    assert_int_equal(gt_sets_members(&sets, many, members), GT_SET_MAX);
    gt_sets_deinit(&sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_two_owners_reach_is_shared),
        cmocka_unit_test(what_the_base_reaches_is_nobodys),
        cmocka_unit_test(an_edge_in_anothers_object_frees_with_either),
        cmocka_unit_test(owned_out_edges_lead_on_for_their_owner_alone),
        cmocka_unit_test(contents_are_kept_without_their_object),
        cmocka_unit_test(random_heaps_give_what_marks_give),
        cmocka_unit_test(many_owners_of_one_chain_end_in_time),
        cmocka_unit_test(sets_are_told_by_what_is_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
