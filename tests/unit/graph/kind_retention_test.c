/* What goes with a kind, compared with the simple way to find it: a mark without its objects. */
#include "inspector/base/alloc.h"
#include "inspector/graph/kind_retention.h"
#include "tests/unit/graph/wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HEAPS = 60, KINDS = 7, ROOTS = 40 };

struct kinds {
    struct wide wide;
    struct gt_bitmap live;
    struct gt_rank rank;
    uint32_t *kind;
    struct gt_kind_root roots[ROOTS];
    struct gt_owned owned[KINDS];
};

static void mark(const struct kinds *kinds, const struct gt_cut *cut, struct gt_bitmap *marked)
{
    struct gt_marker *marker = gt_marker_create(&kinds->wide.heap, cut, marked);

    for (size_t i = 0; i < ROOTS; i++) {
        uint32_t object = gt_heap_object(&kinds->wide.heap, kinds->roots[i].value);
        if (object == GT_NO_OBJECT) continue;
        if (kinds->roots[i].contents)
            gt_mark_contents(marker, object);
        else
            gt_mark_seed(marker, kinds->roots[i].value);
    }
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static void kinds_init(struct kinds *kinds, uint64_t seed)
{
    wide_init(&kinds->wide, seed);
    gt_bitmap_init(&kinds->live, kinds->wide.heap.objects);
    for (size_t i = 0; i < ROOTS; i++)
        kinds->roots[i] = (struct gt_kind_root){WIDE_BASE + roll(&kinds->wide, WIDE_BYTES),
                                                roll(&kinds->wide, 8) == 0};
    mark(kinds, NULL, &kinds->live);
    gt_rank_init(&kinds->rank, &kinds->live);
    kinds->kind = gt_calloc(gt_rank_count(&kinds->rank) + (size_t)1, sizeof *kinds->kind);
    for (uint32_t i = 0; i < gt_rank_count(&kinds->rank); i++)
        kinds->kind[i] = (uint32_t)roll(&kinds->wide, 1 + roll(&kinds->wide, KINDS));
    struct gt_kinds_of_objects objects = {&kinds->wide.heap, &kinds->rank, kinds->kind, KINDS};
    gt_kind_retention(&objects, kinds->roots, ROOTS, kinds->owned);
}

static void kinds_deinit(struct kinds *kinds)
{
    gt_free(kinds->kind);
    gt_rank_deinit(&kinds->rank);
    gt_bitmap_deinit(&kinds->live);
    gt_heap_deinit(&kinds->wide.heap);
}

/* Returns how many objects of other kinds go with it. */
static uint64_t check_kind(const struct kinds *kinds, uint32_t kind)
{
    const struct gt_heap *heap = &kinds->wide.heap;
    struct gt_bitmap marked;
    struct gt_cut cut;

    gt_cut_init(&cut, heap);
    gt_bitmap_init(&marked, heap->objects);
    for (uint32_t object = 0; object < heap->objects; object++)
        if (gt_bit(&kinds->live, object) && kinds->kind[gt_rank_of(&kinds->rank, object)] == kind)
            gt_bit_set(&cut.blocked, object);
    mark(kinds, &cut, &marked);
    assert_int_equal(kinds->owned[kind].objects,
                     gt_bitmap_count(&kinds->live) - gt_bitmap_count(&marked));
    assert_int_equal(kinds->owned[kind].bytes,
                     gt_heap_bytes_of(heap, &kinds->live) - gt_heap_bytes_of(heap, &marked));
    uint64_t others = kinds->owned[kind].objects - gt_bitmap_count(&cut.blocked);
    gt_bitmap_deinit(&marked);
    gt_cut_deinit(&cut);
    return others;
}

static void a_kind_retains_what_a_mark_without_it_loses(void **state)
{
    uint64_t others = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= HEAPS; seed++) {
        struct kinds *kinds = gt_calloc(1, sizeof *kinds);
        kinds_init(kinds, seed * 88172645463325252u);
        for (uint32_t kind = 0; kind < KINDS; kind++)
            others += check_kind(kinds, kind);
        kinds_deinit(kinds);
        gt_free(kinds);
    }
    assert_in_range(others, HEAPS, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_retains_what_a_mark_without_it_loses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
