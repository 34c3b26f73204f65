/* Takes the paths in the order in which they are found, the nearest first, and shows only a few
 * wakers of each kind and of each stack. */
#include "inspector/detect/waiting/group_wakers.h"

#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/baseline.h"

enum {
    MAX_WAKERS = 8, /* wakers shown for one group */
    OF_A_KIND = 2,  /* of wakers that are no goroutines, such as globals: more of them say nothing
                     * new */
    OF_A_STACK = 3, /* of goroutines with the same stack */
    MAX_THINGS = 8, /* objects of a select whose variables are shown */
    MAX_CASES = 64, /* cases of another goroutine's select that are compared */
    MAX_FIELD = 160,
};

struct namer {
    struct gt_wakers *wakers;
    const bool *hangs;
    struct gt_vec list;   /* struct gt_waker */
    struct gt_map owners; /* goroutines that are shown or left out -> 0 */
    struct gt_map things; /* addresses that the group waits for */
    struct gt_map stacks; /* stacks of goroutines that are shown -> how many have it */
    struct gt_waker far;  /* a timer that was left out; its kind is none if there is no such timer
                           */
    bool more, same_waiters;
};

/* ---- wakers that are left out --------------------------------------------------------------- */

/* A goroutine that waits for the same object is woken like the group, and wakes nobody before
 * that. */
static bool waits_for_same(const struct namer *namer, uint32_t owner)
{
    const struct gt_wait *wait = &namer->wakers->analysis->baseline->wait[owner];

    for (size_t i = 0; i < wait->objects.len && i < MAX_CASES; i++)
        if (gt_map_find(&namer->things, wait->objects.at[i])) return true;
    return false;
}

static size_t count_kind(const struct namer *namer, enum gt_waker_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < namer->list.len; i++)
        count += ((struct gt_waker *)gt_vec_at(&namer->list, i))->kind == kind;
    return count;
}

/* ---- wakers that are shown ------------------------------------------------------------------- */

static struct gt_waker waker_of(struct namer *namer, const struct gt_way *way, uint32_t owner)
{
    const struct gt_goroutines *all = namer->wakers->analysis->goroutines;
    struct gt_waker waker = {.kind = gt_way_kind(namer->wakers, way)};

    if (owner < all->count) {
        waker.goroutine = all->list[owner].id;
        waker.hangs = namer->hangs[owner];
    }
    waker.path = gt_path_along(&namer->wakers->keys, way->root, way->objects, way->count);
    return waker;
}

static bool is_wanted(struct namer *namer, const struct gt_way *way, uint32_t owner)
{
    bool added;

    if (owner >= namer->wakers->analysis->goroutines->count) {
        enum gt_waker_kind kind = gt_way_kind(namer->wakers, way);
        if (kind != GT_WAKER_TIMER || gt_way_by_timer(namer->wakers, way))
            return count_kind(namer, kind) < OF_A_KIND;
        if (namer->far.kind != GT_WAKER_TIMER) namer->far = waker_of(namer, way, owner);
        return false;
    }
    gt_map_put(&namer->owners, owner, &added);
    if (!added) return false;
    if (waits_for_same(namer, owner)) {
        namer->same_waiters = true;
        return false;
    }
    uint32_t stack = namer->wakers->analysis->goroutines->list[owner].same_place;
    bool enough = ++*gt_map_put(&namer->stacks, stack, NULL) > OF_A_STACK;
    namer->more |= enough;
    return !enough;
}

static bool describe_waker(void *ctx, const struct gt_way *way)
{
    struct namer *namer = ctx;
    uint32_t owner = gt_way_goroutine(namer->wakers->analysis, way);

    if (!is_wanted(namer, way, owner)) return true;
    if (namer->list.len >= MAX_WAKERS) {
        namer->more = true;
        return false;
    }
    struct gt_waker waker = waker_of(namer, way, owner);
    gt_vec_add(&namer->list, &waker);
    return true;
}

/* A package variable is no object of the heap, and any code can reach it. */
static void describe_variable(struct namer *namer, uint64_t address)
{
    const struct gt_heap_analysis *analysis = namer->wakers->analysis;
    struct gt_root root = {.addr = address, .kind = GT_ROOT_GLOBAL, .frame = GT_NO_FRAME};
    char field[MAX_FIELD];
    gt_type_id type;

    if (gt_heap_object(&analysis->heap->graph, address) != GT_NO_OBJECT) return;
    struct gt_step *step = gt_arena_alloc(analysis->storage, sizeof *step);
    *step = (struct gt_step){.address = address, .what = "a variable of a package"};
    if (gt_process_is_static(analysis->process, address))
        step->what = gt_root_name(analysis, &root, false, field, sizeof field, &type);
    struct gt_waker *waker = gt_vec_push(&namer->list);
    waker->kind = GT_WAKER_GLOBAL;
    waker->path = (struct gt_path){step, 1};
}

static void begin(struct namer *namer, const struct gt_member *members, size_t count)
{
    const struct gt_wait *wait = &namer->wakers->analysis->baseline->wait[members[0].item];

    for (size_t i = 0; i < count; i++)
        gt_map_put(&namer->owners, members[i].item, NULL);
    for (size_t i = 0; i < wait->objects.len; i++) {
        gt_map_put(&namer->things, wait->objects.at[i], NULL);
        if (i < MAX_THINGS) describe_variable(namer, wait->objects.at[i]);
    }
}

static const struct gt_waker *keep(struct namer *namer)
{
    struct gt_arena *storage = namer->wakers->analysis->storage;
    size_t size = namer->list.len * sizeof(struct gt_waker);
    struct gt_waker *kept = gt_arena_alloc(storage, size);

    if (size) memcpy(kept, namer->list.data, size);
    gt_vec_deinit(&namer->list);
    return kept;
}

void gt_wakers_describe(struct gt_wakers *wakers, const bool *hangs,
                        const struct gt_member *members, size_t count, struct gt_waiting *waiting)
{
    struct namer namer = {.wakers = wakers, .hangs = hangs, .list = GT_VEC_OF(struct gt_waker)};

    begin(&namer, members, count);
    namer.more |= !gt_wakers_visit(wakers, members[0].item, describe_waker, &namer);
    if (!namer.list.len && namer.far.kind == GT_WAKER_TIMER) gt_vec_add(&namer.list, &namer.far);
    waiting->waker_count = namer.list.len;
    waiting->more_wakers = namer.more;
    waiting->waiters_reach = namer.same_waiters;
    waiting->wakers = keep(&namer);
    gt_map_deinit(&namer.owners);
    gt_map_deinit(&namer.things);
    gt_map_deinit(&namer.stacks);
}
