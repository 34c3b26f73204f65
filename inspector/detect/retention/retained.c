#include "inspector/detect/retention/retained.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum {
    MAX_KEPT = 3,    /* holders that are told */
    MAX_WAY = 12,    /* objects of a path that are told */
    LEAST_PART = 20, /* what is less than this part of all is not told */
};

/* ---- holders --------------------------------------------------------------------------------- */

struct holder { /* a variable of a group's goroutines, or a g's own pointers */
    uint64_t bytes, objects;
    uint64_t most;      /* bytes, for one goroutine: whose way this is */
    uint32_t root;      /* NO_ROOT: the way starts with the g, or what it waits by */
    uint32_t goroutine; /* of the way; NOBODY if unknown */
    uint32_t way[MAX_WAY];
    size_t way_count;
};

#define NO_ROOT UINT32_MAX
#define NOBODY UINT32_MAX

struct collecting {
    struct gt_keepers *keepers;
    const struct gt_edges *edges;
    struct gt_vec list;   /* struct holder */
    struct gt_map places; /* where a variable lies -> its holder + 1 */
    uint32_t from;        /* the object whose words are seen */
    struct holder seen;   /* what they are of */
};

void gt_keepers_init(struct gt_keepers *keepers, struct gt_study *study,
                     const struct gt_owners *owners)
{
    *keepers = (struct gt_keepers){.study = study};
    gt_keys_init(&keepers->keys, study);
    gt_shares_init(&keepers->shares, owners);
}

void gt_keepers_deinit(struct gt_keepers *keepers)
{
    gt_keys_deinit(&keepers->keys);
    gt_shares_deinit(&keepers->shares);
    gt_map_free(&keepers->internal);
}

/* NULL for a root that is none's: a finalizer in the queue of one that blocks. */
static const struct gt_goroutine *goroutine_of(const struct gt_study *study,
                                               const struct gt_root *root)
{
    return gt_root_is_goroutines(root) ? &study->goroutines->list[root->owner] : NULL;
}

/* Where a root lies, the same for the same variable of goroutines that stand alike. */
static uint64_t place_of(const struct gt_study *study, const struct gt_root *root)
{
    const struct gt_goroutine *g = goroutine_of(study, root);
    uint64_t place = (uint64_t)root->kind << 56;

    if (!g || root->frame >= g->frame_count) return place | 1;
    uint64_t slot =
        root->addr ? gt_g_frame(study->goroutines, g, root->frame)->cfa - root->addr : 1;
    return place | (uint64_t)(root->frame & 0xffffff) << 32 | (slot & 0xffffffff);
}

static struct holder *holder_at(struct collecting *collecting, uint64_t place)
{
    bool added;
    uint64_t *index = gt_map_put(&collecting->places, place, &added);

    if (added) {
        gt_vec_push(&collecting->list);
        *index = collecting->list.len;
    }
    return gt_vec_at(&collecting->list, *index - 1);
}

/* What a value leads to is `by`'s. The way is behind the objects that `by` has already. */
static void collect(struct collecting *collecting, uint64_t place, const struct holder *by,
                    uint64_t value)
{
    struct gt_shares *shares = &collecting->keepers->shares;
    struct gt_share share = gt_share_take(shares, value);

    if (!share.count) return;
    struct holder *holder = holder_at(collecting, place);
    holder->bytes += share.bytes;
    holder->objects += share.count;
    if (share.bytes <= holder->most) return;
    holder->most = share.bytes;
    holder->root = by->root;
    holder->goroutine = by->goroutine;
    for (holder->way_count = 0; holder->way_count < by->way_count; holder->way_count++)
        holder->way[holder->way_count] = by->way[holder->way_count];
    holder->way_count +=
        gt_share_way(shares, &share, holder->way + holder->way_count, MAX_WAY - by->way_count);
}

/* The runtime's own functions, and those of what parks goroutines for the program. */
static bool is_internal_name(const char *name)
{
    return gt_is_in_package(name, "runtime") || gt_is_in_package(name, "sync") ||
           gt_is_in_package(name, "syscall") || strncmp(name, "internal/", 9) == 0;
}

static bool is_internal(struct gt_keepers *keepers, uint64_t pc)
{
    uint64_t *known = gt_map_put(&keepers->internal, pc, NULL);

    if (*known) return *known == 2;
    *known = is_internal_name(gt_process_function(keepers->study->process, pc)) ? 2 : 1;
    return *known == 2;
}

static bool is_programs(struct gt_keepers *keepers, const struct gt_root *root)
{
    const struct gt_study *study = keepers->study;
    const struct gt_goroutine *g = goroutine_of(study, root);

    return g && root->frame < g->frame_count &&
           !is_internal(keepers, gt_g_frame(study->goroutines, g, root->frame)->pc - 1);
}

static void collect_roots(struct collecting *collecting, bool programs)
{
    const struct gt_study *study = collecting->keepers->study;
    const struct gt_vec *roots = &collecting->edges->roots;

    for (size_t i = 0; i < roots->len; i++) {
        uint32_t number = gt_vec_u32(roots, i);
        const struct gt_root *root = gt_root_at(study->roots, number);
        if (is_programs(collecting->keepers, root) != programs) continue;
        struct holder by = {.root = number,
                            .goroutine = gt_root_is_goroutines(root) ? root->owner : NOBODY};
        collect(collecting, place_of(study, root), &by, root->value);
    }
}

static void collect_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct collecting *collecting = ctx;

    collect(collecting, (uint64_t)1 << 63 | offset, &collecting->seen, value);
}

/* Pointers out of a g, then the words by which its waits lead on. */
static void collect_words(struct collecting *collecting)
{
    const struct gt_study *study = collecting->keepers->study;
    const struct gt_heap *graph = &study->heap->graph;
    const struct gt_edges *edges = collecting->edges;

    collecting->seen = (struct holder){.root = NO_ROOT, .goroutine = NOBODY, .way_count = 1};
    for (size_t i = 0; i < edges->muted.len; i++) {
        collecting->seen.way[0] = gt_vec_u32(&edges->muted, i);
        gt_heap_words(graph, collecting->seen.way[0], collect_word, collecting);
    }
    for (size_t i = 0; i < edges->words.len; i++) {
        uint64_t value, addr = gt_vec_u64(&edges->words, i);
        collecting->seen.way[0] = gt_heap_object(graph, addr);
        if (collecting->seen.way[0] == GT_NO_OBJECT ||
            !gt_mem_u64(study->process->mem, addr, &value))
            continue;
        collect_word(collecting, addr - gt_heap_address(graph, collecting->seen.way[0]), value);
    }
}

/* ---- telling --------------------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
    const struct holder *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return (left->root > right->root) - (left->root < right->root);
}

/* A list or a tree of one type is told by its first object. */
static size_t told_of_way(const struct gt_study *study, const struct holder *holder)
{
    for (size_t i = 1; i < holder->way_count; i++) {
        gt_type_id type = gt_typing_type(study->typing, holder->way[i]);
        for (size_t j = 0; type && j < i; j++)
            if (gt_typing_type(study->typing, holder->way[j]) == type) return i;
    }
    return holder->way_count;
}

/* The program's frame that a frame of the runtime's works for; GT_NO_FRAME when there is none. */
static uint32_t caller_of(struct gt_keepers *keepers, const struct gt_root *root)
{
    const struct gt_goroutines *all = keepers->study->goroutines;
    const struct gt_goroutine *g = &all->list[root->owner];

    for (uint32_t i = root->frame + 1; i < g->frame_count; i++)
        if (!is_internal(keepers, gt_g_frame(all, g, i)->pc - 1)) return i;
    return GT_NO_FRAME;
}

/* Is the second step a wait's record, and leads it on by this field? */
static bool leads_by(const struct gt_path *path, const char *field)
{
    const struct gt_step *step = path->steps + 1;

    return path->count > 1 && step->type && strcmp(step->type, "runtime.sudog") == 0 &&
           step->field && strncmp(step->field, field, strlen(field)) == 0;
}

/* What the call that a frame of the runtime's is part of has to do with the word. */
static const char *part_of_call(const struct gt_study *study, const struct gt_root *root,
                                uint32_t caller, const struct gt_path *path)
{
    const struct gt_goroutine *g = &study->goroutines->list[root->owner];
    const struct gt_wait *wait = &study->contest->wait[root->owner];
    const char *reason = g->wait_reason ? g->wait_reason : "";
    bool channel =
        leads_by(path, ".c") || (wait->objects.len && gt_vec_u64(&wait->objects, 0) == root->value);

    if (strcmp(reason, "chan send") == 0)
        return channel ? "channel to send on" : "value being sent";
    if (strcmp(reason, "chan receive") == 0) return "channel to receive from";
    if (strcmp(reason, "select") == 0) return "select";
    uint64_t pc = gt_g_frame(study->goroutines, g, caller - 1)->pc - 1;
    return gt_arena_format(study->storage, "call of %s", gt_process_function(study->process, pc));
}

/* "main.spin variable held": a register that the runtime saved for the program's frame. */
static bool names_variable(const struct gt_path *path)
{
    return strstr(path->steps[0].what, " variable ") && !is_internal_name(path->steps[0].what);
}

/* Variables of the runtime's frames, and its records of waits, say nothing to a programmer: the
 * call is told instead. */
static void tell_call(struct gt_keepers *keepers, uint32_t number, struct gt_path *path)
{
    const struct gt_study *study = keepers->study;
    const struct gt_root *root = gt_root_at(study->roots, number);
    const struct gt_goroutine *g = goroutine_of(study, root);

    if (!g || !path->count || root->frame >= g->frame_count || is_programs(keepers, root) ||
        names_variable(path))
        return;
    uint32_t caller = caller_of(keepers, root);
    if (caller == GT_NO_FRAME) return;
    uint64_t pc = gt_g_frame(study->goroutines, g, caller)->pc - 1;
    struct gt_step *steps = gt_arena_alloc(study->storage, path->count * sizeof *steps);
    memcpy(steps, path->steps, path->count * sizeof *steps);
    steps[0].what =
        gt_arena_format(study->storage, "%s %s", gt_process_function(study->process, pc),
                        part_of_call(study, root, caller, path));
    if (leads_by(path, "")) {
        memmove(steps + 1, steps + 2, (path->count - 2) * sizeof *steps);
        steps[0].type = steps[0].field = NULL;
        path->count--;
    }
    path->steps = steps;
}

static void tell(struct gt_keepers *keepers, const struct holder *holder, struct gt_kept *kept)
{
    struct gt_study *study = keepers->study;
    size_t count = told_of_way(study, holder);

    *kept = (struct gt_kept){.bytes = holder->bytes, .objects = holder->objects};
    if (holder->goroutine != NOBODY)
        kept->goroutine = study->goroutines->list[holder->goroutine].id;
    kept->path = holder->root == NO_ROOT
                     ? gt_path_from(&keepers->keys, holder->way, count)
                     : gt_path_along(&keepers->keys, holder->root, holder->way, count);
    if (holder->root != NO_ROOT) tell_call(keepers, holder->root, &kept->path);
}

static const struct gt_kept *tell_largest(struct collecting *collecting, size_t *count)
{
    struct gt_keepers *keepers = collecting->keepers;
    struct holder *list = collecting->list.data;
    size_t len = collecting->list.len;
    uint64_t all = 0;

    if (len) qsort(list, len, sizeof *list, by_bytes);
    for (size_t i = 0; i < len; i++)
        all += list[i].bytes;
    for (*count = 0; *count < len && *count < MAX_KEPT; ++*count)
        if (list[*count].bytes < all / LEAST_PART) break;
    struct gt_kept *kept = gt_arena_alloc(keepers->study->storage, *count * sizeof *kept);
    for (size_t i = 0; i < *count; i++)
        tell(keepers, &list[i], &kept[i]);
    return kept;
}

const struct gt_kept *gt_keepers_of(struct gt_keepers *keepers, uint32_t owner,
                                    const struct gt_edges *edges, size_t *count)
{
    struct collecting collecting = {
        .keepers = keepers, .edges = edges, .list = GT_VEC_OF(struct holder)};

    gt_shares_start(&keepers->shares, owner);
    collect_roots(&collecting, true);
    collect_roots(&collecting, false);
    collect_words(&collecting);
    const struct gt_kept *kept = tell_largest(&collecting, count);
    gt_vec_free(&collecting.list);
    gt_map_free(&collecting.places);
    return kept;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static struct gt_edges edges_of_group(const struct gt_study *study, const struct gt_retained *group)
{
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (size_t i = 0; i < group->count; i++)
        gt_edges_of_goroutine(study, group->members[i], &edges);
    return edges;
}

static void fill_group(struct gt_keepers *keepers, uint32_t owner, struct gt_retained *group)
{
    struct gt_owned owned = gt_owners_owned(keepers->shares.owners, owner);
    struct gt_edges edges;

    group->bytes = owned.bytes;
    group->objects = owned.objects;
    if (!owned.objects) return;
    edges = edges_of_group(keepers->study, group);
    group->kept = gt_keepers_of(keepers, owner, &edges, &group->kept_count);
    gt_edges_deinit(&edges);
}

static void fill_groups(struct gt_study *study, const struct gt_owners *owners,
                        struct gt_retained *groups, size_t count)
{
    struct gt_keepers keepers;

    gt_keepers_init(&keepers, study, owners);
    for (size_t i = 0; i < count; i++)
        fill_group(&keepers, (uint32_t)i, &groups[i]);
    gt_keepers_deinit(&keepers);
}

static void add_edges(const struct gt_study *study, const struct gt_edges *edges,
                      struct gt_bitmap *objects)
{
    for (size_t i = 0; i < edges->muted.len; i++)
        gt_bit_set(objects, gt_vec_u32(&edges->muted, i));
    for (size_t i = 0; i < edges->words.len; i++) {
        uint32_t object = gt_heap_object(&study->heap->graph, gt_vec_u64(&edges->words, i));
        if (object != GT_NO_OBJECT) gt_bit_set(objects, object);
    }
}

/* Types of what the groups keep, which alone is told: whoever points to what a group keeps is kept
 * by it too, or its own edge. */
static void find_types(struct gt_study *study, const struct gt_owners *owners,
                       const struct gt_retained *groups, size_t count)
{
    struct gt_bitmap some;

    gt_bitmap_init(&some, study->heap->graph.objects);
    gt_owners_all(owners, &some);
    for (size_t i = 0; i < count; i++) {
        struct gt_edges edges = edges_of_group(study, &groups[i]);
        add_edges(study, &edges, &some);
        gt_edges_deinit(&edges);
    }
    study->typing = gt_typing_create_of(study->heap, study->goroutines, study->roots, &some);
    gt_bitmap_free(&some);
}

void gt_retained_find(struct gt_study *study, struct gt_retained *groups, size_t count)
{
    struct gt_absence without;
    struct gt_bitmap unattended;
    struct gt_owners owners;

    gt_absence_init(&without, study);
    gt_bitmap_init(&unattended, study->heap->graph.objects);
    gt_contest_mark_unattended(study, &without, &unattended);
    gt_owners_init(&owners, &study->heap->graph, &without.cut, &study->live, &unattended,
                   (uint32_t)count, (uint32_t)study->roots->list.len);
    for (size_t i = 0; i < count; i++) {
        struct gt_edges edges = edges_of_group(study, &groups[i]);
        gt_edges_give(&edges, study, &owners, (uint32_t)i);
        gt_edges_deinit(&edges);
    }
    gt_owners_spread(&owners);
    if (!study->typing) find_types(study, &owners, groups, count);
    fill_groups(study, &owners, groups, count);
    gt_owners_deinit(&owners);
    gt_absence_deinit(&without);
    gt_bitmap_free(&unattended);
}
