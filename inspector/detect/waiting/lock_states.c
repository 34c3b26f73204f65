/* Asks the lock's own state, then the evidence for owners. If there is no owner, it searches the
 * paths to the lock for a goroutine that holds some lock. */
#include "inspector/detect/waiting/lock_states.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/retention/baseline.h"

static bool is_lock(enum gt_action action)
{
    return action == GT_ACTION_LOCK || action == GT_ACTION_READ || action == GT_ACTION_WRITE;
}

struct intersection {
    const struct gt_lock_owners *owners;
    struct gt_wakers *wakers;
};

static bool is_strict(void *ctx, const struct gt_way *way)
{
    const struct intersection *intersection = ctx;
    const struct gt_heap_analysis *analysis = intersection->wakers->analysis;
    uint32_t owner = gt_way_goroutine(analysis, way);

    return owner >= analysis->goroutines->count || !intersection->owners->loose[owner];
}

/* Can none of the goroutines that hold some lock reach what the goroutine waits for? */
static bool no_loose_one_reaches(const struct gt_lock_owners *owners, struct gt_wakers *wakers,
                                 uint32_t goroutine)
{
    struct intersection intersection = {owners, wakers};
    const struct gt_heap_analysis *analysis = owners->analysis;
    uint64_t address = owners->things[owners->waits[goroutine].thing].address;

    if (!owners->loose_count) return true;
    if (!wakers || gt_heap_object(&analysis->heap->graph, address) == GT_NO_OBJECT) return false;
    return !owners->loose[goroutine] &&
           gt_wakers_visit(wakers, goroutine, is_strict, &intersection);
}

/* Is there more evidence than a pointer for one of them, or may one that points there have it
 * locked? */
static bool has_owner(const struct gt_lock_owners *owners, const struct gt_vec *found)
{
    for (size_t i = 0; i < found->len; i++) {
        const struct gt_ownership *ownership = gt_vec_at(found, i);
        if (ownership->evidence > GT_EVIDENCE_POINTER || owners->loose[ownership->goroutine])
            return true;
    }
    return false;
}

enum gt_lock_state gt_lock_state_of(const struct gt_lock_owners *owners, struct gt_wakers *wakers,
                                    uint32_t goroutine)
{
    const struct gt_sync_wait *wait = &owners->waits[goroutine];
    struct gt_vec found = GT_VEC_OF(struct gt_ownership);

    if (wait->thing == GT_NO_THING || !is_lock(wait->action)) return GT_NO_LOCK;
    if (!gt_is_held(owners, goroutine)) return GT_LOCK_FREE;
    gt_lock_owners_of(owners, goroutine, &found);
    bool owned = has_owner(owners, &found);
    enum gt_lock_state otherwise = found.len ? GT_LOCK_HELD : GT_LOCK_TAKEN;
    gt_vec_deinit(&found);
    if (owned) return GT_LOCK_HELD;
    if (owners->things[wait->thing].may_hold || owners->unread) return otherwise;
    return no_loose_one_reaches(owners, wakers, goroutine) ? GT_LOCK_LEFT : otherwise;
}

uint64_t gt_locks_left(const struct gt_lock_owners *owners)
{
    bool *left = gt_calloc((size_t)owners->thing_count + 1, sizeof *left);
    uint64_t count = 0;

    for (uint32_t i = 0; i < owners->analysis->goroutines->count; i++) {
        uint32_t thing = owners->waits[i].thing;
        if (thing == GT_NO_THING || left[thing]) continue;
        left[thing] = gt_lock_state_of(owners, NULL, i) == GT_LOCK_LEFT;
        count += left[thing];
    }
    gt_free(left);
    return count;
}
