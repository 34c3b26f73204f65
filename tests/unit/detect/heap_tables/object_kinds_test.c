/* Objects have the same kinds whether all live ones are sorted or some, on the heaps of real cores:
 * some drawn at random, and those of each kind alone. */
#include "inspector/api/analysis.h"
#include "inspector/base/error.h"
#include "inspector/detect/heap_tables/object_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 8, KINDS = 40 };

static const char *name_in(const struct gt_object_kinds *kinds, uint32_t object)
{
    uint32_t rank = gt_rank_of(&kinds->rank, object);

    return gt_object_kind_at(kinds, gt_object_kind_number(kinds, rank))->name;
}

static void compare(struct gt_heap_analysis *analysis, struct gt_bitmap *some)
{
    const struct gt_object_kinds *all = gt_object_kinds(analysis);
    struct gt_object_kinds *kinds = gt_object_kinds_of(analysis, *some);

    for (size_t at = gt_bitmap_next(&kinds->some, 0); at < kinds->some.bits;
         at = gt_bitmap_next(&kinds->some, at + 1))
        assert_string_equal(name_in(kinds, (uint32_t)at), name_in(all, (uint32_t)at));
    gt_object_kinds_destroy(kinds);
}

/* One object of `share`. */
static void compare_drawn(struct gt_heap_analysis *analysis, uint64_t share)
{
    const struct gt_bitmap *live = &analysis->live;
    struct gt_bitmap some;
    uint64_t seed = share;

    gt_bitmap_init(&some, live->bits);
    for (size_t at = gt_bitmap_next(live, 0); at < live->bits; at = gt_bitmap_next(live, at + 1)) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        if ((seed >> 33) % share == 0) gt_bit_set(&some, at);
    }
    compare(analysis, &some);
}

static void compare_kind(struct gt_heap_analysis *analysis, uint32_t kind)
{
    const struct gt_object_kinds *all = gt_object_kinds(analysis);
    const struct gt_bitmap *live = &analysis->live;
    struct gt_bitmap some;
    uint32_t rank = 0;

    gt_bitmap_init(&some, live->bits);
    for (size_t at = gt_bitmap_next(live, 0); at < live->bits; at = gt_bitmap_next(live, at + 1))
        if (gt_object_kind_number(all, rank++) == kind) gt_bit_set(&some, at);
    compare(analysis, &some);
}

static struct gt_error *compare_all(void *args)
{
    struct gt_analysis *analysis = args;
    struct gt_arena storage = {0};

    assert_null(gt_analysis_heap(analysis));
    struct gt_heap_analysis *live =
        gt_analysis_live_heap(analysis, GT_TYPES_FOR_DETECTORS, &storage);
    size_t kinds = gt_object_kinds(live)->list.len;
    for (uint64_t share = 1; share < UINT64_C(1) << DRAWS; share *= 2)
        compare_drawn(live, share);
    for (uint32_t kind = 0; kind < kinds && kind < KINDS; kind++)
        compare_kind(live, kind);
    gt_arena_deinit(&storage);
    return NULL;
}

static void compare_core(const char *path)
{
    struct gt_core_options options = {.size = sizeof options, .core_path = path};
    struct gt_analysis *analysis;

    assert_null(gt_open(&options, &analysis));
    assert_null(gt_analysis_run(analysis, &options, compare_all, analysis));
    gt_close(analysis);
}

static void some_have_the_kinds_that_they_have_among_all(void **state)
{
    (void)state;
    compare_core("corefiles/spine/go1.19.13-amd64/demo.core.zst");
    compare_core("corefiles/spine/go1.22.12-arm64/demo.core.zst");
    compare_core("corefiles/spine/go1.24.13-amd64/demo.core.zst");
    compare_core("corefiles/spine/go1.27.4-amd64/demo.core.zst");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_have_the_kinds_that_they_have_among_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
