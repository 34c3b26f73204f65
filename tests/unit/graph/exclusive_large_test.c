/* What each owner alone keeps: in random heaps by one mark for each owner, and of many owners in
 * time. */
#include "inspector/base/alloc.h"
#include "inspector/graph/gained.h"
#include "wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_heaps_give_what_marks_give),
        cmocka_unit_test(many_owners_of_one_chain_end_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
