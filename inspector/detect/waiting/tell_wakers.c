#include "inspector/detect/waiting/tell_wakers.h"

#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/retention/contest.h"

enum {
    MAX_WAKERS = 8, /* told for one group */
    OF_A_KIND = 2,  /* of those that are no goroutines, such as globals: they are all alike */
    OF_A_STACK = 3, /* of goroutines with the same stack */
    MAX_THINGS = 8, /* of a select, whose variables are told */
    MAX_CASES = 64, /* of another's select, that are compared */
    MAX_FIELD = 160,
};

struct naming {
    struct gt_wakers *wakers;
    const bool *hangs;
    struct gt_vec list;   /* struct gt_waker */
    struct gt_map owners; /* goroutines that were told or left out -> 0 */
    struct gt_map things; /* addresses that the group waits for */
    struct gt_map stacks; /* of goroutines that were told -> how many have it */
    struct gt_waker far;  /* a timer that was left out; kind NULL: none */
    bool more, fellows;
};

/* ---- who is left out ------------------------------------------------------------------------ */

/* Whoever waits for the same is woken like the group, and wakes nobody before. */
static bool is_fellow(const struct naming *naming, uint32_t owner)
{
    const struct gt_wait *wait = &naming->wakers->study->contest->wait[owner];

    for (size_t i = 0; i < wait->objects.len && i < MAX_CASES; i++)
        if (gt_map_find(&naming->things, gt_vec_u64(&wait->objects, i))) return true;
    return false;
}

static size_t count_kind(const struct naming *naming, const char *kind)
{
    size_t count = 0;

    for (size_t i = 0; i < naming->list.len; i++)
        count += strcmp(((struct gt_waker *)gt_vec_at(&naming->list, i))->kind, kind) == 0;
    return count;
}

/* ---- who is told ---------------------------------------------------------------------------- */

static struct gt_waker waker_of(struct naming *naming, const struct gt_way *way, uint32_t owner)
{
    const struct gt_goroutines *all = naming->wakers->study->goroutines;
    struct gt_waker waker = {.kind = gt_way_kind(naming->wakers, way)};

    if (owner < all->count) {
        waker.goroutine = all->list[owner].id;
        waker.hangs = naming->hangs[owner];
    }
    waker.path = gt_path_along(&naming->wakers->keys, way->root, way->objects, way->count);
    return waker;
}

static bool is_wanted(struct naming *naming, const struct gt_way *way, uint32_t owner)
{
    bool added;

    if (owner >= naming->wakers->study->goroutines->count) {
        const char *kind = gt_way_kind(naming->wakers, way);
        if (strcmp(kind, "timer") != 0 || gt_way_by_timer(naming->wakers, way))
            return count_kind(naming, kind) < OF_A_KIND;
        if (!naming->far.kind) naming->far = waker_of(naming, way, owner);
        return false;
    }
    gt_map_put(&naming->owners, owner, &added);
    if (!added) return false;
    if (is_fellow(naming, owner)) {
        naming->fellows = true;
        return false;
    }
    uint32_t stack = naming->wakers->study->goroutines->list[owner].alike;
    bool enough = ++*gt_map_put(&naming->stacks, stack, NULL) > OF_A_STACK;
    naming->more |= enough;
    return !enough;
}

static bool tell_waker(void *ctx, const struct gt_way *way)
{
    struct naming *naming = ctx;
    uint32_t owner = gt_way_goroutine(naming->wakers->study, way);

    if (!is_wanted(naming, way, owner)) return true;
    if (naming->list.len >= MAX_WAKERS) {
        naming->more = true;
        return false;
    }
    struct gt_waker waker = waker_of(naming, way, owner);
    gt_vec_add(&naming->list, &waker);
    return true;
}

/* A package's variable is no object of the heap: whatever code there is can reach it. */
static void tell_variable(struct naming *naming, uint64_t address)
{
    const struct gt_study *study = naming->wakers->study;
    struct gt_root root = {.addr = address, .kind = GT_ROOT_GLOBAL, .frame = GT_NO_FRAME};
    char field[MAX_FIELD];
    gt_type_id type;

    if (gt_heap_object(&study->heap->graph, address) != GT_NO_OBJECT) return;
    struct gt_step *step = gt_arena_alloc(study->storage, sizeof *step);
    *step = (struct gt_step){.address = address, .what = "a variable of a package"};
    if (gt_process_is_static(study->process, address))
        step->what = gt_root_name(study, &root, false, field, sizeof field, &type);
    struct gt_waker *waker = gt_vec_push(&naming->list);
    waker->kind = "global";
    waker->path = (struct gt_path){step, 1};
}

static void begin(struct naming *naming, const struct gt_member *members, size_t count)
{
    const struct gt_wait *wait = &naming->wakers->study->contest->wait[members[0].item];

    for (size_t i = 0; i < count; i++)
        gt_map_put(&naming->owners, members[i].item, NULL);
    for (size_t i = 0; i < wait->objects.len; i++) {
        gt_map_put(&naming->things, gt_vec_u64(&wait->objects, i), NULL);
        if (i < MAX_THINGS) tell_variable(naming, gt_vec_u64(&wait->objects, i));
    }
}

static const struct gt_waker *keep(struct naming *naming)
{
    struct gt_arena *storage = naming->wakers->study->storage;
    size_t size = naming->list.len * sizeof(struct gt_waker);
    struct gt_waker *kept = gt_arena_alloc(storage, size);

    if (size) memcpy(kept, naming->list.data, size);
    gt_vec_free(&naming->list);
    return kept;
}

void gt_wakers_tell(struct gt_wakers *wakers, const bool *hangs, const struct gt_member *members,
                    size_t count, struct gt_waiting *waiting)
{
    struct naming naming = {.wakers = wakers, .hangs = hangs, .list = GT_VEC_OF(struct gt_waker)};

    begin(&naming, members, count);
    naming.more |= !gt_wakers_visit(wakers, members[0].item, tell_waker, &naming);
    if (!naming.list.len && naming.far.kind) gt_vec_add(&naming.list, &naming.far);
    waiting->waker_count = naming.list.len;
    waiting->more_wakers = naming.more;
    waiting->fellows_reach = naming.fellows;
    waiting->wakers = keep(&naming);
    gt_map_free(&naming.owners);
    gt_map_free(&naming.things);
    gt_map_free(&naming.stacks);
}
