#include "inspector/detect/waiting/custody.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/retention/contest.h"

static bool is_lock(enum gt_blocked_role role)
{
    return role == GT_ROLE_LOCK || role == GT_ROLE_READ || role == GT_ROLE_WRITE;
}

struct meeting {
    const struct gt_holders *holders;
    struct gt_wakers *wakers;
};

static bool is_strict(void *ctx, const struct gt_way *way)
{
    const struct meeting *meeting = ctx;
    const struct gt_study *study = meeting->wakers->study;
    uint32_t owner = gt_way_goroutine(study, way);

    return owner >= study->goroutines->count || !meeting->holders->loose[owner];
}

/* Can none of those who have something locked come to what the goroutine waits for? */
static bool no_loose_one_reaches(const struct gt_holders *holders, struct gt_wakers *wakers,
                                 uint32_t goroutine)
{
    struct meeting meeting = {holders, wakers};
    const struct gt_study *study = holders->study;
    uint64_t address = holders->things[holders->waits[goroutine].thing].address;

    if (!holders->loose_count) return true;
    if (!wakers || gt_heap_object(&study->heap->graph, address) == GT_NO_OBJECT) return false;
    return !holders->loose[goroutine] && gt_wakers_visit(wakers, goroutine, is_strict, &meeting);
}

/* Does more than a pointer speak for one of them, or may one that points there have it locked? */
static bool is_told(const struct gt_holders *holders, const struct gt_vec *found)
{
    for (size_t i = 0; i < found->len; i++) {
        const struct gt_holding *holding = gt_vec_at(found, i);
        if (holding->speaks > GT_SPEAKS_POINTER || holders->loose[holding->goroutine]) return true;
    }
    return false;
}

enum gt_custody gt_custody_of(const struct gt_holders *holders, struct gt_wakers *wakers,
                              uint32_t goroutine)
{
    const struct gt_sync_wait *wait = &holders->waits[goroutine];
    struct gt_vec found = GT_VEC_OF(struct gt_holding);

    if (wait->thing == GT_NO_THING || !is_lock(wait->role)) return GT_NO_LOCK;
    if (!gt_is_held(holders, goroutine)) return GT_LOCK_FREE;
    gt_holders_of(holders, goroutine, &found);
    bool told = is_told(holders, &found);
    enum gt_custody otherwise = found.len ? GT_LOCK_HELD : GT_LOCK_TAKEN;
    gt_vec_free(&found);
    if (told) return GT_LOCK_HELD;
    if (holders->things[wait->thing].may_hold || holders->unread) return otherwise;
    return no_loose_one_reaches(holders, wakers, goroutine) ? GT_LOCK_LEFT : otherwise;
}

uint64_t gt_locks_left(const struct gt_holders *holders)
{
    bool *left = gt_calloc((size_t)holders->thing_count + 1, sizeof *left);
    uint64_t count = 0;

    for (uint32_t i = 0; i < holders->study->goroutines->count; i++) {
        uint32_t thing = holders->waits[i].thing;
        if (thing == GT_NO_THING || left[thing]) continue;
        left[thing] = gt_custody_of(holders, NULL, i) == GT_LOCK_LEFT;
        count += left[thing];
    }
    gt_free(left);
    return count;
}
