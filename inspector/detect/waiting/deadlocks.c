/* Makes a graph of needs, in which goroutines need their class, and a class needs the owners of its
 * lock. What is stuck follows from the graph. Then edges to those that reach the objects of stuck
 * classes are added, for the circles. */
#include "inspector/detect/waiting/deadlocks.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/str.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/unstuck.h"

enum {
    MAX_NEEDED = 1 << 12, /* others that one class needs, at most */
    MAX_CIRCLES = 256,
    MAX_KEYED = 64, /* objects of one select that are part of its class's key */
};

/* ---- classes ------------------------------------------------------------------------------- */

/* Adds a blank and the word's digits. */
static void add_word(struct gt_str *key, uint64_t word)
{
    char digits[1 + 16];
    size_t first = sizeof digits;

    do
        digits[--first] = "0123456789abcdef"[word & 15];
    while (word >>= 4);
    digits[--first] = ' ';
    gt_str_addn(key, digits + first, sizeof digits - first);
}

/* What goroutines of one class have in common; empty for those without a class. */
static void class_key(const struct gt_deadlocks *deadlocks, uint32_t number, struct gt_str *key)
{
    const struct gt_wait *wait = &deadlocks->analysis->baseline->wait[number];
    const struct gt_sync_wait *sync = &deadlocks->owners.waits[number];

    add_word(key, wait->kind);
    add_word(key, sync->action);
    for (size_t i = 0; i < wait->objects.len && i < MAX_KEYED; i++)
        add_word(key, wait->objects.at[i]);
    if (wait->objects.len > MAX_KEYED) add_word(key, number); /* a class of its own */
}

static void find_classes(struct gt_deadlocks *deadlocks)
{
    const struct gt_heap_analysis *analysis = deadlocks->analysis;
    struct gt_strmap known = {0};
    struct gt_str key = {0};
    bool added;

    deadlocks->classes = GT_VEC_OF(struct gt_wait_class);
    deadlocks->class_of = gt_alloc((analysis->goroutines->count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        deadlocks->class_of[i] = GT_NO_CLASS;
        if (wait->kind == GT_WAIT_OTHER || !wait->objects.len) continue;
        key.len = 0;
        class_key(deadlocks, i, &key);
        uint64_t *place = gt_strmap_put(&known, gt_str_text(&key), &added);
        if (added) {
            struct gt_wait_class new = {.member = i};
            *place = deadlocks->classes.len;
            gt_vec_add(&deadlocks->classes, &new);
        }
        struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, *place);
        if (deadlocks->hangs[i]) class->member = i;
        deadlocks->class_of[i] = (uint32_t)*place;
    }
    gt_str_deinit(&key);
    gt_strmap_deinit(&known);
}

/* ---- what a class needs -------------------------------------------------------------------- */

/* If deferred calls are the evidence, a wait group needs all that will call Done, and a writer all
 * readers before it: one stuck owner is enough to be stuck. Of several possible owners of a mutex,
 * all must be stuck. */
static uint8_t need_of_owners(const struct gt_ownership *first, enum gt_action action)
{
    if (first->evidence == GT_EVIDENCE_WAIT) return GT_STUCK_IF_ANY;
    bool each = action == GT_ACTION_WAIT || action == GT_ACTION_WRITE;

    return each && first->evidence == GT_EVIDENCE_DEFERRED ? GT_STUCK_IF_ANY : GT_STUCK_IF_ALL;
}

/* False when frames show no owner, or too weak evidence for one that does not hang. */
static bool need_holders(struct gt_deadlocks *deadlocks, struct gt_wait_class *class)
{
    struct gt_vec found = GT_VEC_OF(struct gt_ownership);

    gt_lock_owners_of(&deadlocks->owners, class->member, &found);
    const struct gt_ownership *first = found.data;
    bool enough =
        found.len && (first->evidence > GT_EVIDENCE_POINTER || deadlocks->hangs[class->member]);
    for (size_t i = 0; enough && i < found.len && i < MAX_NEEDED; i++) {
        struct gt_need_of need = {first[i].goroutine, true, first[i]};
        gt_vec_add(&deadlocks->needed, &need);
    }
    if (enough) class->need = need_of_owners(first, deadlocks->owners.waits[class->member].action);
    if (enough && found.len > MAX_NEEDED) class->need = GT_STUCK_NEVER;
    gt_vec_deinit(&found);
    return enough;
}

static bool is_in_heap(const struct gt_heap_analysis *analysis, const struct gt_wait *wait)
{
    for (size_t i = 0; i < wait->objects.len; i++)
        if (gt_heap_object(&analysis->heap->graph, wait->objects.at[i]) == GT_NO_OBJECT)
            return false;
    return true;
}

/* Any code can reach a package variable. Without wakers it is not known what reaches the object. */
static uint8_t need_of_reach(const struct gt_deadlocks *deadlocks, uint32_t member)
{
    const struct gt_wait *wait = &deadlocks->analysis->baseline->wait[member];

    return deadlocks->wakers && is_in_heap(deadlocks->analysis, wait) ? GT_STUCK_IF_ALL
                                                                      : GT_STUCK_NEVER;
}

static void find_needs(struct gt_deadlocks *deadlocks)
{
    deadlocks->needed = GT_VEC_OF(struct gt_need_of);
    for (size_t i = 0; i < deadlocks->classes.len; i++) {
        struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, i);
        class->first = deadlocks->needed.len;
        if (!need_holders(deadlocks, class)) class->need = need_of_reach(deadlocks, class->member);
        class->count = deadlocks->needed.len - class->first;
        if (deadlocks->hangs[class->member]) class->need = GT_STUCK_ALWAYS;
    }
}

/* ---- what reaches the objects of stuck classes ----------------------------------------------- */

struct reacher {
    struct gt_deadlocks *deadlocks;
    struct gt_map owners;
};

static bool take_waker(void *ctx, const struct gt_way *way)
{
    struct reacher *reacher = ctx;
    struct gt_deadlocks *deadlocks = reacher->deadlocks;
    uint32_t owner = gt_way_goroutine(deadlocks->analysis, way);
    bool added = false;

    if (owner < deadlocks->analysis->goroutines->count) gt_map_put(&reacher->owners, owner, &added);
    if (!added) return true;
    struct gt_need_of need = {.goroutine = owner};
    gt_vec_add(&deadlocks->needed, &need);
    return reacher->owners.len < MAX_NEEDED;
}

/* Finds who reaches the objects of stuck classes. These edges are only for circles, so the search
 * may end early. */
static void find_reaching(struct gt_deadlocks *deadlocks)
{
    uint32_t goroutines = deadlocks->analysis->goroutines->count;

    for (size_t i = 0; i < deadlocks->classes.len; i++) {
        struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, i);
        struct reacher reacher = {.deadlocks = deadlocks};
        if (class->count || !deadlocks->stuck[goroutines + i]) continue;
        class->first = deadlocks->needed.len;
        deadlocks->whole &= gt_wakers_visit(deadlocks->wakers, class->member, take_waker, &reacher);
        class->count = deadlocks->needed.len - class->first;
        gt_map_deinit(&reacher.owners);
    }
}

/* ---- the graph ----------------------------------------------------------------------------- */

static uint8_t need_of_goroutine(const struct gt_deadlocks *deadlocks, uint32_t number)
{
    if (deadlocks->hangs[number]) return GT_STUCK_ALWAYS;
    if (deadlocks->class_of[number] != GT_NO_CLASS) return GT_STUCK_IF_ALL;
    return deadlocks->analysis->baseline->wait[number].kind == GT_WAIT_NEVER ? GT_STUCK_ALWAYS
                                                                             : GT_STUCK_NEVER;
}

static void link_all(struct gt_deadlocks *deadlocks)
{
    uint32_t goroutines = deadlocks->analysis->goroutines->count;
    uint32_t count = goroutines + (uint32_t)deadlocks->classes.len;
    struct gt_needs *needs = &deadlocks->needs;
    size_t len = 0;

    needs->count = count;
    needs->need = gt_alloc((size_t)count + 1);
    needs->first = gt_alloc(((size_t)count + 1) * sizeof *needs->first);
    needs->edges = gt_alloc((goroutines + deadlocks->needed.len + 1) * sizeof *needs->edges);
    for (uint32_t i = 0; i < goroutines; i++) {
        needs->first[i] = len;
        needs->need[i] = need_of_goroutine(deadlocks, i);
        if (deadlocks->class_of[i] != GT_NO_CLASS)
            needs->edges[len++] = goroutines + deadlocks->class_of[i];
    }
    for (size_t i = 0; i < deadlocks->classes.len; i++) {
        const struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, i);
        needs->first[goroutines + i] = len;
        needs->need[goroutines + i] = class->need;
        for (size_t j = 0; j < class->count; j++)
            needs->edges[len++] =
                ((struct gt_need_of *)gt_vec_at(&deadlocks->needed, class->first + j))->goroutine;
    }
    needs->first[count] = len;
}

static void unlink_all(struct gt_deadlocks *deadlocks)
{
    gt_free(deadlocks->needs.need);
    gt_free(deadlocks->needs.first);
    gt_free(deadlocks->needs.edges);
}

static void begin(struct gt_deadlocks *deadlocks, bool waiters)
{
    deadlocks->whole = true;
    gt_lock_owners_init(&deadlocks->owners, deadlocks->analysis, waiters);
    find_classes(deadlocks);
    find_needs(deadlocks);
    link_all(deadlocks);
    deadlocks->stuck = gt_alloc((size_t)deadlocks->needs.count + 1);
}

void gt_deadlocks_init_locks(struct gt_deadlocks *deadlocks, struct gt_heap_analysis *analysis,
                             const bool *hangs, bool waiters)
{
    *deadlocks = (struct gt_deadlocks){.analysis = analysis, .hangs = hangs};
    begin(deadlocks, waiters);
    gt_stuck_find(&deadlocks->needs, deadlocks->stuck);
}

void gt_deadlocks_init(struct gt_deadlocks *deadlocks, struct gt_heap_analysis *analysis,
                       struct gt_wakers *wakers, const bool *hangs)
{
    *deadlocks = (struct gt_deadlocks){.analysis = analysis, .wakers = wakers, .hangs = hangs};
    begin(deadlocks, false);
    gt_unstuck_find(deadlocks);
    find_reaching(deadlocks);
    unlink_all(deadlocks);
    link_all(deadlocks);
}

void gt_deadlocks_deinit(struct gt_deadlocks *deadlocks)
{
    gt_lock_owners_deinit(&deadlocks->owners);
    gt_vec_deinit(&deadlocks->classes);
    gt_vec_deinit(&deadlocks->needed);
    gt_free(deadlocks->class_of);
    unlink_all(deadlocks);
    gt_free(deadlocks->stuck);
}

const struct gt_wait_class *gt_class_of(const struct gt_deadlocks *deadlocks, uint32_t goroutine)
{
    uint32_t class = deadlocks->class_of[goroutine];

    return class == GT_NO_CLASS ? NULL : gt_vec_at(&deadlocks->classes, class);
}

const struct gt_need_of *gt_need_between(const struct gt_deadlocks *deadlocks, uint32_t from,
                                         uint32_t to)
{
    const struct gt_wait_class *class = gt_class_of(deadlocks, from);

    for (size_t i = 0; class && i < class->count; i++) {
        const struct gt_need_of *need = gt_vec_at(&deadlocks->needed, class->first + i);
        if (need->goroutine == to) return need;
    }
    return NULL;
}

struct circle_finder {
    uint32_t goroutines;
    gt_circle_fn *visit;
    void *ctx;
};

/* Every other node of the circle is a class. */
static void take_circle(void *ctx, const uint32_t *nodes, size_t count)
{
    const struct circle_finder *circle_finder = ctx;
    uint32_t *goroutines = gt_alloc(count * sizeof *goroutines);
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        if (nodes[i] < circle_finder->goroutines) goroutines[len++] = nodes[i];
    circle_finder->visit(circle_finder->ctx, goroutines, len);
    gt_free(goroutines);
}

bool gt_deadlocks_circles(const struct gt_deadlocks *deadlocks, gt_circle_fn *visit, void *ctx)
{
    struct circle_finder circle_finder = {deadlocks->analysis->goroutines->count, visit, ctx};

    bool all = gt_stuck_circles(&deadlocks->needs, deadlocks->stuck, circle_finder.goroutines,
                                MAX_CIRCLES, take_circle, &circle_finder);
    return all && deadlocks->whole;
}
