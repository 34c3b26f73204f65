/* Each round makes, for each kind of root, a forest of the objects that it reaches without those of
 * earlier paths. The path to the target is read from the forest. A target without pointers is
 * reached through the nearest of its referrers. */
#include "inspector/detect/inspect/paths.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/detect/inspect/place.h"
#include "inspector/detect/inspect/root_kinds.h"

#include <inttypes.h>

enum {
    MAX_WAY = 256,       /* the most objects of a path that are kept */
    NEARLY_DIRECT = 2,   /* objects of a path that is better than a root that says little */
    MAX_REFERRERS = 256, /* of an object without pointers: paths lead to its referrers */
};

struct way { /* from a root to the target, which is its last object */
    uint32_t objects[MAX_WAY + 1];
    size_t count, left_out;
    uint32_t root; /* its index among the roots of its kind */
};

struct finder {
    struct gt_heap_analysis *analysis;
    struct gt_root_kinds kinds;
    struct gt_cut cut; /* objects of the paths found so far, and words of timer heaps */
    struct gt_keys keys;
    struct gt_vec paths; /* struct gt_root_path */
    uint32_t target;
    uint32_t referrers[MAX_REFERRERS];
    size_t referrer_count;
    uint32_t looked_at; /* the object whose words are visited, while referrers are collected */
    bool exhausted[GT_PATH_KINDS];
};

/* ---- the target ---------------------------------------------------------------------------- */

static void note_referrer(void *ctx, uint64_t offset, uint64_t value)
{
    struct finder *finder = ctx;

    (void)offset;
    if (finder->referrer_count == MAX_REFERRERS) return;
    if (finder->referrer_count &&
        finder->referrers[finder->referrer_count - 1] == finder->looked_at)
        return;
    if (gt_heap_object(&finder->analysis->heap->graph, value) == finder->target)
        finder->referrers[finder->referrer_count++] = finder->looked_at;
}

/* The forest has paths only to objects with pointers. An object without pointers is reached through
 * its referrers. */
static void find_referrers(struct finder *finder)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;

    if (finder->target < graph->scan_objects) return;
    for (size_t i = gt_bitmap_next(&finder->analysis->live, 0);
         i < graph->scan_objects && finder->referrer_count < MAX_REFERRERS;
         i = gt_bitmap_next(&finder->analysis->live, i + 1)) {
        finder->looked_at = (uint32_t)i;
        gt_heap_words(graph, finder->looked_at, note_referrer, finder);
    }
}

/* ---- one path ----------------------------------------------------------------------------- */

static bool leads_there(const struct finder *finder, enum gt_path_kind kind, size_t index)
{
    const struct gt_kind_roots *roots = &finder->kinds.of[kind];

    return gt_heap_object(&finder->analysis->heap->graph, roots->values.at[index]) ==
           finder->target;
}

/* The root's object is no target: only its contents are roots. */
static bool is_contents(const struct finder *finder, enum gt_path_kind kind, size_t index)
{
    uint32_t number = finder->kinds.of[kind].numbers.at[index];

    return kind == GT_PATH_FINALIZER &&
           gt_root_at(finder->analysis->roots, number)->kind == GT_ROOT_CONTENTS;
}

static bool find_direct(const struct finder *finder, enum gt_path_kind kind, bool late,
                        struct way *way)
{
    const struct gt_kind_roots *roots = &finder->kinds.of[kind];

    for (size_t i = 0; i < roots->values.len; i++) {
        if (gt_bit(&roots->late, i) != late) continue;
        if (!leads_there(finder, kind, i) || is_contents(finder, kind, i)) continue;
        way->root = (uint32_t)i;
        way->objects[0] = finder->target;
        way->count = 1;
        return true;
    }
    return false;
}

/* The shortest path to one of the target's referrers, extended by the target. */
static bool find_by_referrers(const struct finder *finder, struct gt_forest *forest,
                              struct way *way)
{
    struct way other;

    way->count = 0;
    for (size_t i = 0; i < finder->referrer_count; i++) {
        if (gt_bit(&finder->cut.blocked, finder->referrers[i])) continue;
        other.count = gt_forest_path(forest, finder->referrers[i], other.objects, MAX_WAY,
                                     &other.root, &other.left_out);
        if (!other.count ||
            (way->count && other.count + other.left_out >= way->count + way->left_out))
            continue;
        *way = other;
    }
    if (way->count) way->objects[way->count++] = finder->target;
    return way->count;
}

static void drop_contents_of_target(const struct finder *finder, enum gt_path_kind kind)
{
    const struct gt_kind_roots *roots = &finder->kinds.of[kind];

    for (size_t i = 0; i < roots->values.len; i++)
        if (leads_there(finder, kind, i) && is_contents(finder, kind, i)) roots->values.at[i] = 0;
}

static bool find_way(const struct finder *finder, enum gt_path_kind kind, struct way *way)
{
    const struct gt_kind_roots *roots = &finder->kinds.of[kind];

    way->left_out = 0;
    if (find_direct(finder, kind, false, way)) return true;
    drop_contents_of_target(finder, kind);
    struct gt_forest *forest =
        gt_forest_create_late(&finder->analysis->heap->graph, &finder->cut, roots->values.at,
                              roots->values.len, &roots->late);
    if (finder->target < finder->analysis->heap->graph.scan_objects)
        way->count = gt_forest_path(forest, finder->target, way->objects, MAX_WAY, &way->root,
                                    &way->left_out);
    else
        find_by_referrers(finder, forest, way);
    gt_forest_destroy(forest);
    if (way->count && way->count <= NEARLY_DIRECT) return true;
    return find_direct(finder, kind, true, way) || way->count;
}

/* ---- the report's words -------------------------------------------------------------------- */

static const char *name_of_timer(const struct finder *finder, uint32_t number)
{
    const struct gt_timer *timer = gt_vec_at(&finder->kinds.timers.list, number);
    const char *callback = gt_process_closure(finder->analysis->process, timer->callback);

    return gt_arena_format(finder->analysis->storage, "timer at 0x%" PRIx64 " of %s",
                           timer->address, callback);
}

static void describe(struct finder *finder, enum gt_path_kind kind, const struct way *way)
{
    struct gt_root_path *path = gt_vec_push(&finder->paths);
    uint32_t number = finder->kinds.of[kind].numbers.at[way->root];

    path->kind = kind;
    path->objects = way->count - 1 + way->left_out;
    path->left_out = way->left_out;
    if (kind == GT_PATH_TIMER) {
        path->path =
            gt_path_after(&finder->keys, name_of_timer(finder, number), way->objects, way->count);
        return;
    }
    const struct gt_root *root = gt_root_at(finder->analysis->roots, number);
    if (gt_root_is_goroutines(root))
        path->goroutine = finder->analysis->goroutines->list[root->owner].id;
    path->path = gt_path_along(&finder->keys, number, way->objects, way->count);
}

/* Excludes the objects of a path from the next paths. */
static void take_away(struct finder *finder, enum gt_path_kind kind, const struct way *way)
{
    for (size_t i = 0; i + 1 < way->count; i++)
        gt_bit_set(&finder->cut.blocked, way->objects[i]);
    finder->kinds.of[kind].values.at[way->root] = 0;
}

/* Finds one more path from each kind of root that has one; false when none has. */
static bool find_round(struct finder *finder, size_t most)
{
    struct way way;
    bool any = false;

    for (unsigned kind = 0; kind < GT_PATH_KINDS && finder->paths.len < most; kind++) {
        if (finder->exhausted[kind]) continue;
        finder->exhausted[kind] = !find_way(finder, kind, &way);
        if (finder->exhausted[kind]) continue;
        describe(finder, kind, &way);
        take_away(finder, kind, &way);
        any = true;
    }
    return any;
}

static void cut_timers(struct finder *finder)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;

    for (size_t i = 0; i < finder->kinds.timers.list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&finder->kinds.timers.list, i);
        gt_cut_word(&finder->cut, graph, timer->heap_word);
    }
}

static void find_all(struct finder *finder, size_t most, struct gt_paths *out)
{
    gt_root_kinds_init(&finder->kinds, finder->analysis);
    gt_cut_init(&finder->cut, &finder->analysis->heap->graph);
    gt_keys_init(&finder->keys, finder->analysis);
    cut_timers(finder);
    find_referrers(finder);
    while (finder->paths.len <= most && find_round(finder, most + 1)) {
    }
    out->more = finder->paths.len > most;
    out->path_count = out->more ? most : finder->paths.len;
    struct gt_root_path *list =
        gt_arena_alloc(finder->analysis->storage, out->path_count * sizeof *list);
    if (out->path_count) memcpy(list, finder->paths.data, out->path_count * sizeof *list);
    out->paths = list;
    gt_vec_deinit(&finder->paths);
    gt_keys_deinit(&finder->keys);
    gt_cut_deinit(&finder->cut);
    gt_root_kinds_deinit(&finder->kinds);
}

/* ---- all ----------------------------------------------------------------------------------- */

static struct gt_error *no_object(const struct gt_heap_analysis *analysis, uint64_t address)
{
    struct gt_object place = {.address = address};

    gt_place_find(analysis, &place);
    return gt_error_at(gt_error_create(GT_ERR_USAGE,
                                       "paths lead to heap objects, and at 0x%" PRIx64
                                       " is none (%s): ask gotopsy object",
                                       address, gt_address_kind_name(place.what)),
                       address);
}

struct gt_error *gt_paths_fill(struct gt_heap_analysis *analysis, size_t most, struct gt_paths *out)
{
    struct finder finder = {.analysis = analysis,
                            .target = gt_heap_object(&analysis->heap->graph, out->address),
                            .paths = GT_VEC_OF(struct gt_root_path)};

    if (finder.target == GT_NO_OBJECT) return no_object(analysis, out->address);
    out->object = gt_block_of(analysis, finder.target);
    out->object.address = gt_goheap_user(analysis->heap, finder.target, &(uint64_t){0});
    out->live = gt_bit(&analysis->live, finder.target);
    if (out->live) find_all(&finder, most, out);
    return NULL;
}
