/* Spreads all groups as exclusive owners over what is not live without goroutines. Then the
 * variables of a group take their subtrees in order, and the bytes are summed up by variable. */
#include "inspector/detect/retention/retained.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum {
    MAX_KEPT = 3,    /* keepers that are reported */
    MAX_WAY = 12,    /* objects of a path that are reported */
    LEAST_PART = 20, /* a smaller fraction of the whole is not reported */
};

/* ---- keepers --------------------------------------------------------------------------------- */

struct keeper { /* a variable of a group's goroutines, or a g's own pointers */
    uint64_t bytes, objects;
    uint64_t most;      /* most bytes for one goroutine, from which the path begins */
    uint32_t root;      /* NO_ROOT: the path starts with the g, or with its wait's record */
    uint32_t goroutine; /* the path's goroutine; NOBODY if unknown */
    uint32_t way[MAX_WAY];
    size_t way_count;
};

#define NO_ROOT UINT32_MAX
#define NOBODY UINT32_MAX

struct gatherer {
    struct gt_main_kept *keepers;
    const struct gt_edges *edges;
    struct gt_vec list;   /* struct keeper */
    struct gt_map places; /* a variable's position -> its keeper + 1 */
    uint32_t from;        /* the object whose words are visited */
    struct keeper seen;   /* the keeper to which they belong */
};

void gt_main_kept_init(struct gt_main_kept *keepers, struct gt_heap_analysis *analysis,
                       const struct gt_exclusive *owners)
{
    *keepers = (struct gt_main_kept){.analysis = analysis};
    gt_keys_init(&keepers->keys, analysis);
    gt_retained_tree_init(&keepers->tree, owners);
}

void gt_main_kept_deinit(struct gt_main_kept *keepers)
{
    gt_keys_deinit(&keepers->keys);
    gt_retained_tree_deinit(&keepers->tree);
    gt_map_deinit(&keepers->internal);
}

/* NULL for a root without a goroutine: a finalizer in the queue of one that blocks. */
static const struct gt_goroutine *goroutine_of(const struct gt_heap_analysis *analysis,
                                               const struct gt_root *root)
{
    return gt_root_is_goroutines(root) ? &analysis->goroutines->list[root->owner] : NULL;
}

/* A root's position: equal for the same variable of goroutines with equal frames. */
static uint64_t place_of(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    const struct gt_goroutine *g = goroutine_of(analysis, root);
    uint64_t place = (uint64_t)root->kind << 56;

    if (!g || root->frame >= g->frame_count) return place | 1;
    uint64_t slot =
        root->addr ? gt_g_frame(analysis->goroutines, g, root->frame)->cfa - root->addr : 1;
    return place | (uint64_t)(root->frame & 0xffffff) << 32 | (slot & 0xffffffff);
}

static struct keeper *keeper_at(struct gatherer *gatherer, uint64_t place)
{
    bool added;
    uint64_t *index = gt_map_put(&gatherer->places, place, &added);

    if (added) {
        gt_vec_push(&gatherer->list);
        *index = gatherer->list.len;
    }
    return gt_vec_at(&gatherer->list, *index - 1);
}

/* Counts the objects that a value leads to for the keeper at `place`. Its path begins as that of
 * `by`. */
static void collect(struct gatherer *gatherer, uint64_t place, const struct keeper *by,
                    uint64_t value)
{
    struct gt_retained_tree *tree = &gatherer->keepers->tree;
    struct gt_subtree share = gt_subtree_take(tree, value);

    if (!share.count) return;
    struct keeper *keeper = keeper_at(gatherer, place);
    keeper->bytes += share.bytes;
    keeper->objects += share.count;
    if (share.bytes <= keeper->most) return;
    keeper->most = share.bytes;
    keeper->root = by->root;
    keeper->goroutine = by->goroutine;
    for (keeper->way_count = 0; keeper->way_count < by->way_count; keeper->way_count++)
        keeper->way[keeper->way_count] = by->way[keeper->way_count];
    keeper->way_count +=
        gt_subtree_path(tree, &share, keeper->way + keeper->way_count, MAX_WAY - by->way_count);
}

/* Functions of the runtime, and of the packages that park goroutines for the program. */
static bool is_internal_name(const char *name)
{
    return gt_is_in_package(name, "runtime") || gt_is_in_package(name, "sync") ||
           gt_is_in_package(name, "syscall") || strncmp(name, "internal/", 9) == 0;
}

static bool is_internal(struct gt_main_kept *keepers, uint64_t pc)
{
    uint64_t *known = gt_map_put(&keepers->internal, pc, NULL);

    if (*known) return *known == 2;
    *known = is_internal_name(gt_process_function(keepers->analysis->process, pc)) ? 2 : 1;
    return *known == 2;
}

static bool is_programs(struct gt_main_kept *keepers, const struct gt_root *root)
{
    const struct gt_heap_analysis *analysis = keepers->analysis;
    const struct gt_goroutine *g = goroutine_of(analysis, root);

    return g && root->frame < g->frame_count &&
           !is_internal(keepers, gt_g_frame(analysis->goroutines, g, root->frame)->pc - 1);
}

static void collect_roots(struct gatherer *gatherer, bool programs)
{
    const struct gt_heap_analysis *analysis = gatherer->keepers->analysis;
    const struct gt_u32s *roots = &gatherer->edges->roots;

    for (size_t i = 0; i < roots->len; i++) {
        uint32_t number = roots->at[i];
        const struct gt_root *root = gt_root_at(analysis->roots, number);
        if (is_programs(gatherer->keepers, root) != programs) continue;
        struct keeper by = {.root = number,
                            .goroutine = gt_root_is_goroutines(root) ? root->owner : NOBODY};
        collect(gatherer, place_of(analysis, root), &by, root->value);
    }
}

static void collect_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct gatherer *gatherer = ctx;

    collect(gatherer, (uint64_t)1 << 63 | offset, &gatherer->seen, value);
}

/* Collects the pointers out of a g, then the words by which its wait leads on. */
static void collect_words(struct gatherer *gatherer)
{
    const struct gt_heap_analysis *analysis = gatherer->keepers->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    const struct gt_edges *edges = gatherer->edges;

    gatherer->seen = (struct keeper){.root = NO_ROOT, .goroutine = NOBODY, .way_count = 1};
    for (size_t i = 0; i < edges->no_out_edges.len; i++) {
        gatherer->seen.way[0] = edges->no_out_edges.at[i];
        gt_heap_words(graph, gatherer->seen.way[0], collect_word, gatherer);
    }
    for (size_t i = 0; i < edges->words.len; i++) {
        uint64_t value, addr = edges->words.at[i];
        gatherer->seen.way[0] = gt_heap_object(graph, addr);
        if (gatherer->seen.way[0] == GT_NO_OBJECT ||
            !gt_mem_u64(analysis->process->mem, addr, &value))
            continue;
        collect_word(gatherer, addr - gt_heap_address(graph, gatherer->seen.way[0]), value);
    }
}

/* ---- the report's words ---------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
    const struct keeper *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return (left->root > right->root) - (left->root < right->root);
}

/* A list or a tree of one type is shown by its first object. */
static size_t shown_length(const struct gt_heap_analysis *analysis, const struct keeper *keeper)
{
    for (size_t i = 1; i < keeper->way_count; i++) {
        gt_type_id type = gt_typing_type(analysis->typing, keeper->way[i]);
        for (size_t j = 0; type && j < i; j++)
            if (gt_typing_type(analysis->typing, keeper->way[j]) == type) return i;
    }
    return keeper->way_count;
}

/* The program's frame for which a frame of the runtime works; GT_NO_FRAME when there is none. */
static uint32_t caller_of(struct gt_main_kept *keepers, const struct gt_root *root)
{
    const struct gt_goroutines *all = keepers->analysis->goroutines;
    const struct gt_goroutine *g = &all->list[root->owner];

    for (uint32_t i = root->frame + 1; i < g->frame_count; i++)
        if (!is_internal(keepers, gt_g_frame(all, g, i)->pc - 1)) return i;
    return GT_NO_FRAME;
}

/* Is the second step a wait's record, and does it lead on by this field? */
static bool leads_by(const struct gt_path *path, const char *field)
{
    const struct gt_step *step = path->steps + 1;

    return path->count > 1 && step->type && strcmp(step->type, "runtime.sudog") == 0 &&
           step->field && strncmp(step->field, field, strlen(field)) == 0;
}

/* The role of the word in the call that a frame of the runtime is part of. */
static const char *part_of_call(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                                uint32_t caller, const struct gt_path *path)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];
    const struct gt_wait *wait = &analysis->baseline->wait[root->owner];
    const char *reason = g->wait_reason ? g->wait_reason : "";
    bool channel =
        leads_by(path, ".c") || (wait->objects.len && wait->objects.at[0] == root->value);

    if (strcmp(reason, "chan send") == 0)
        return channel ? "channel to send on" : "value being sent";
    if (strcmp(reason, "chan receive") == 0) return "channel to receive from";
    if (strcmp(reason, "select") == 0) return "select";
    uint64_t pc = gt_g_frame(analysis->goroutines, g, caller - 1)->pc - 1;
    return gt_arena_format(analysis->storage, "call of %s",
                           gt_process_function(analysis->process, pc));
}

/* "main.spin variable held": a register that the runtime saved for the program's frame. */
static bool names_variable(const struct gt_path *path)
{
    const char *what = path->steps[0].what;

    return what && strstr(what, " variable ") && !is_internal_name(what);
}

/* Variables of the runtime's frames, and its records of waits, mean nothing to a programmer, so the
 * call is shown instead. */
static void describe_call(struct gt_main_kept *keepers, uint32_t number, struct gt_path *path)
{
    const struct gt_heap_analysis *analysis = keepers->analysis;
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    const struct gt_goroutine *g = goroutine_of(analysis, root);

    if (!g || !path->count || root->frame >= g->frame_count || is_programs(keepers, root) ||
        names_variable(path))
        return;
    uint32_t caller = caller_of(keepers, root);
    if (caller == GT_NO_FRAME) return;
    uint64_t pc = gt_g_frame(analysis->goroutines, g, caller)->pc - 1;
    struct gt_step *steps = gt_arena_alloc(analysis->storage, path->count * sizeof *steps);
    memcpy(steps, path->steps, path->count * sizeof *steps);
    steps[0].kind = GT_STEP_NAMED;
    steps[0].what =
        gt_arena_format(analysis->storage, "%s %s", gt_process_function(analysis->process, pc),
                        part_of_call(analysis, root, caller, path));
    if (leads_by(path, "")) {
        memmove(steps + 1, steps + 2, (path->count - 2) * sizeof *steps);
        steps[0].type = steps[0].field = NULL;
        path->count--;
    }
    path->steps = steps;
}

static void describe_keeper(struct gt_main_kept *keepers, const struct keeper *keeper,
                            struct gt_kept *kept)
{
    struct gt_heap_analysis *analysis = keepers->analysis;
    size_t count = shown_length(analysis, keeper);

    *kept = (struct gt_kept){.bytes = keeper->bytes, .objects = keeper->objects};
    if (keeper->goroutine != NOBODY)
        kept->goroutine = analysis->goroutines->list[keeper->goroutine].id;
    kept->path = keeper->root == NO_ROOT
                     ? gt_path_from(&keepers->keys, keeper->way, count)
                     : gt_path_along(&keepers->keys, keeper->root, keeper->way, count);
    if (keeper->root != NO_ROOT) describe_call(keepers, keeper->root, &kept->path);
}

static const struct gt_kept *describe_largest(struct gatherer *gatherer, size_t *count)
{
    struct gt_main_kept *keepers = gatherer->keepers;
    struct keeper *list = gatherer->list.data;
    size_t len = gatherer->list.len;
    uint64_t all = 0;

    if (len) qsort(list, len, sizeof *list, by_bytes);
    for (size_t i = 0; i < len; i++)
        all += list[i].bytes;
    for (*count = 0; *count < len && *count < MAX_KEPT; ++*count)
        if (list[*count].bytes < all / LEAST_PART) break;
    struct gt_kept *kept = gt_arena_alloc(keepers->analysis->storage, *count * sizeof *kept);
    for (size_t i = 0; i < *count; i++)
        describe_keeper(keepers, &list[i], &kept[i]);
    return kept;
}

const struct gt_kept *gt_main_kept_of(struct gt_main_kept *keepers, uint32_t owner,
                                      const struct gt_edges *edges, size_t *count)
{
    struct gatherer gatherer = {
        .keepers = keepers, .edges = edges, .list = GT_VEC_OF(struct keeper)};

    gt_retained_tree_start(&keepers->tree, owner);
    collect_roots(&gatherer, true);
    collect_roots(&gatherer, false);
    collect_words(&gatherer);
    const struct gt_kept *kept = describe_largest(&gatherer, count);
    gt_vec_deinit(&gatherer.list);
    gt_map_deinit(&gatherer.places);
    return kept;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static struct gt_edges edges_of_group(const struct gt_heap_analysis *analysis,
                                      const struct gt_retained *group)
{
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (size_t i = 0; i < group->count; i++)
        gt_edges_of_goroutine(analysis, group->members[i], &edges);
    return edges;
}

static void fill_group(struct gt_main_kept *keepers, uint32_t owner, struct gt_retained *group)
{
    struct gt_owned owned = gt_exclusive_owned(keepers->tree.owners, owner);
    struct gt_edges edges;

    group->bytes = owned.bytes;
    group->objects = owned.objects;
    if (!owned.objects) return;
    edges = edges_of_group(keepers->analysis, group);
    group->kept = gt_main_kept_of(keepers, owner, &edges, &group->kept_count);
    gt_edges_deinit(&edges);
}

static void fill_groups(struct gt_heap_analysis *analysis, const struct gt_exclusive *owners,
                        struct gt_retained *groups, size_t count)
{
    struct gt_main_kept keepers;

    gt_main_kept_init(&keepers, analysis, owners);
    for (size_t i = 0; i < count; i++)
        fill_group(&keepers, (uint32_t)i, &groups[i]);
    gt_main_kept_deinit(&keepers);
}

static void add_edges(const struct gt_heap_analysis *analysis, const struct gt_edges *edges,
                      struct gt_bitmap *objects)
{
    for (size_t i = 0; i < edges->no_out_edges.len; i++)
        gt_bit_set(objects, edges->no_out_edges.at[i]);
    for (size_t i = 0; i < edges->words.len; i++) {
        uint32_t object = gt_heap_object(&analysis->heap->graph, edges->words.at[i]);
        if (object != GT_NO_OBJECT) gt_bit_set(objects, object);
    }
}

/* Types of what the groups keep; only these are shown. Anything that points to what a group keeps
 * is kept by the group too, or is its own edge. */
static void find_types(struct gt_heap_analysis *analysis, const struct gt_exclusive *owners,
                       const struct gt_retained *groups, size_t count)
{
    struct gt_bitmap some;

    gt_bitmap_init(&some, analysis->heap->graph.objects);
    gt_exclusive_all(owners, &some);
    for (size_t i = 0; i < count; i++) {
        struct gt_edges edges = edges_of_group(analysis, &groups[i]);
        add_edges(analysis, &edges, &some);
        gt_edges_deinit(&edges);
    }
    analysis->typing =
        gt_typing_create_of(analysis->heap, analysis->goroutines, analysis->roots, &some);
    gt_bitmap_deinit(&some);
}

void gt_retained_find(struct gt_heap_analysis *analysis, struct gt_retained *groups, size_t count)
{
    struct gt_exclusion without;
    struct gt_bitmap unattended;
    struct gt_exclusive owners;

    gt_exclusion_init(&without, analysis);
    gt_bitmap_init(&unattended, analysis->heap->graph.objects);
    gt_baseline_mark_without_goroutines(analysis, &without, &unattended);
    gt_exclusive_init(&owners, &analysis->heap->graph, &without.cut, &analysis->live, &unattended,
                      (uint32_t)count, (uint32_t)analysis->roots->list.len);
    gt_bitmap_deinit(&unattended);
    for (size_t i = 0; i < count; i++) {
        struct gt_edges edges = edges_of_group(analysis, &groups[i]);
        gt_edges_give(&edges, analysis, &owners, (uint32_t)i);
        gt_edges_deinit(&edges);
    }
    gt_exclusive_spread(&owners);
    if (!analysis->typing) find_types(analysis, &owners, groups, count);
    fill_groups(analysis, &owners, groups, count);
    gt_exclusive_deinit(&owners);
    gt_exclusion_deinit(&without);
}
