/*
 * What is retained equals what a mark without it loses, on the heaps of real cores: for objects
 * drawn at random, for groups of roots, and for all objects of a kind.
 *
 * The marks here are the plainest there can be, and share nothing with those of graph/ but where
 * the pointers of an object are. GOTOPSY_ALL=1 tries all groups of roots, not some; GOTOPSY_CORE
 * names another core in their place, and GOTOPSY_EXE its binary.
 */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/detect/heap_tables/kind_rows.h"
#include "inspector/detect/holders/live_tree.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { OBJECTS = 1000, FEW_GROUPS = 10, KINDS = 20 };

struct heap {
    const struct gt_heap_analysis *analysis;
    const struct gt_heap *graph;
    const struct gt_root_groups *groups;
    const struct gt_dominators *tree;
    struct gt_rank live;
    const struct gt_object_kinds *kinds;
    struct gt_bitmap marked;
    struct gt_u32s waiting;
    uint32_t self; /* whose own pointers to itself lead nowhere; GT_NO_OBJECT */
    uint64_t seed;
};

struct without { /* what is taken away */
    uint32_t object, group, kind;
};

static const struct without nothing = {GT_NO_OBJECT, GT_NO_GROUP, UINT32_MAX};

/* ---- the plain mark ------------------------------------------------------------------------ */

static bool is_away(const struct heap *heap, const struct without *without, uint32_t object)
{
    if (object == without->object) return true;
    return without->kind != UINT32_MAX && gt_bit(&heap->analysis->live, object) &&
           gt_object_kind_number(heap->kinds, gt_rank_of(&heap->live, object)) == without->kind;
}

struct marker {
    struct heap *heap;
    const struct without *without;
};

static void reach(void *ctx, uint64_t offset, uint64_t value)
{
    struct marker *marker = ctx;
    struct heap *heap = marker->heap;
    uint32_t object = gt_heap_object(heap->graph, value);

    (void)offset;
    if (object == GT_NO_OBJECT || object == heap->self || gt_bit(&heap->marked, object) ||
        is_away(heap, marker->without, object))
        return;
    gt_bit_set(&heap->marked, object);
    gt_u32s_add(&heap->waiting, object);
}

static void reach_root(struct marker *marker, const struct gt_dominator_root *root)
{
    struct heap *heap = marker->heap;
    uint32_t object = gt_heap_object(heap->graph, root->value);

    if (!root->contents) {
        reach(marker, 0, root->value);
    } else if (object != GT_NO_OBJECT) {
        heap->self = object;
        gt_heap_words(heap->graph, object, reach, marker);
        heap->self = GT_NO_OBJECT;
    }
}

/* The bytes that are lost. */
static uint64_t lost(struct heap *heap, struct without without)
{
    struct marker marker = {heap, &without};

    gt_bitmap_reset(&heap->marked);
    for (size_t i = 0; i < heap->groups->roots.len; i++) {
        const struct gt_dominator_root *root = gt_vec_at(&heap->groups->roots, i);
        if (root->group != without.group) reach_root(&marker, root);
    }
    while (heap->waiting.len) {
        uint32_t object = heap->waiting.at[--heap->waiting.len];
        gt_heap_words(heap->graph, object, reach, &marker);
    }
    return heap->analysis->live_bytes - gt_heap_bytes_of(heap->graph, &heap->marked);
}

/* ---- what is compared ---------------------------------------------------------------------- */

static uint32_t draw(struct heap *heap, uint32_t below)
{
    heap->seed = heap->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((heap->seed >> 33) % below);
}

static void compare_objects(struct heap *heap, unsigned count)
{
    struct without without = nothing;

    for (unsigned i = 0; i < count; i++) {
        without.object = gt_rank_bit(&heap->live, draw(heap, gt_rank_count(&heap->live)));
        uint32_t node = gt_dominators_node(heap->tree, without.object);
        assert_int_equal(gt_dominators_retained(heap->tree, node), lost(heap, without));
    }
}

static void compare_groups(struct heap *heap, unsigned count)
{
    uint64_t retained;

    for (uint32_t node = 1; node < heap->tree->inner; node++) {
        uint32_t group = gt_dominators_group(heap->tree, node);
        if (group == GT_NO_GROUP || count-- == 0) continue;
        retained = gt_dominators_retained(heap->tree, node);
        assert_int_equal(retained, lost(heap, (struct without){GT_NO_OBJECT, group, UINT32_MAX}));
        if (!count) return;
    }
}

static void compare_kinds(struct heap *heap)
{
    uint32_t count = (uint32_t)heap->kinds->list.len;
    uint32_t objects = gt_rank_count(&heap->live), *kind = gt_alloc((objects + 1) * sizeof *kind);

    for (uint32_t i = 0; i < objects; i++)
        kind[i] = gt_object_kind_number(heap->kinds, i);
    struct gt_owned *retained =
        gt_retained_by_kind(heap->analysis, &heap->kinds->rank, kind, count);

    for (uint32_t kind = 0; kind < count && kind < KINDS; kind++)
        assert_int_equal(retained[kind].bytes,
                         lost(heap, (struct without){GT_NO_OBJECT, GT_NO_GROUP, kind}));
    gt_free(retained);
    gt_free(kind);
}

/* ---- one core ------------------------------------------------------------------------------ */

static void heap_init(struct heap *heap, struct gt_heap_analysis *analysis)
{
    const struct gt_live_tree *live = gt_live_tree(analysis);

    *heap = (struct heap){.analysis = analysis,
                          .graph = &analysis->heap->graph,
                          .groups = &live->groups,
                          .tree = &live->tree,
                          .kinds = gt_object_kinds(analysis),
                          .self = GT_NO_OBJECT,
                          .seed = 1};
    gt_rank_init(&heap->live, &analysis->live);
    gt_bitmap_init(&heap->marked, heap->graph->objects);
}

static void heap_deinit(struct heap *heap)
{
    gt_u32s_deinit(&heap->waiting);
    gt_bitmap_deinit(&heap->marked);
    gt_rank_deinit(&heap->live);
}

static struct gt_error *compare(void *args)
{
    struct gt_analysis *analysis = args;
    struct gt_arena storage = {0};
    bool all = getenv("GOTOPSY_ALL");
    struct heap heap;

    assert_null(gt_analysis_heap(analysis));
    heap_init(&heap, gt_analysis_live_heap(analysis, GT_TYPES_FOR_DETECTORS, &storage));
    assert_int_equal(lost(&heap, nothing), 0);
    print_message("%s: %" PRIu64 " live objects in %u groups of roots\n",
                  gt_core_path(analysis->process->core), heap.analysis->live_objects,
                  gt_root_groups_count(heap.groups));
    compare_objects(&heap, OBJECTS);
    compare_groups(&heap, all ? UINT32_MAX : FEW_GROUPS);
    compare_kinds(&heap);
    heap_deinit(&heap);
    gt_arena_deinit(&storage);
    return NULL;
}

static void compare_core(const char *path, const char *exe)
{
    const char *const paths[] = {exe, NULL};
    struct gt_core_options options = {
        .size = sizeof options, .core_path = path, .exe_paths = exe ? paths : NULL};
    struct gt_analysis *analysis;

    assert_null(gt_open(&options, &analysis));
    assert_null(gt_analysis_run(analysis, &options, compare, analysis));
    gt_close(analysis);
}

/* ---- the cores ----------------------------------------------------------------------------- */

static void compare_spine(void)
{
    static const char *const spine[] = {"go1.19.13", "go1.20.14", "go1.21.13",
                                        "go1.22.12", "go1.23.12", "go1.24.13",
                                        "go1.25.12", "go1.26.8",  "go1.27.4"};
    static const char *const machines[] = {"amd64", "arm64"};
    char path[128];

    for (size_t i = 0; i < 2 * sizeof spine / sizeof *spine; i++) {
        snprintf(path, sizeof path, "corefiles/spine/%s-%s/demo.core.zst", spine[i / 2],
                 machines[i % 2]);
        compare_core(path, NULL);
    }
}

/* Of the cores that ship, or of the one that GOTOPSY_CORE names. */
static void what_is_retained_is_what_a_mark_without_it_loses(void **state)
{
    const char *named = getenv("GOTOPSY_CORE");

    (void)state;
    if (named)
        compare_core(named, getenv("GOTOPSY_EXE"));
    else
        compare_spine();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_retained_is_what_a_mark_without_it_loses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
