#include "inspector/detect/waiting/left_locks.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/lock_states.h"

/* With more goroutines, their stacks are not read again. */
enum { MAX_READ = 10000 };

static bool keep_lockers(const struct gt_heap_analysis *analysis, bool *waiters)
{
    bool any = false;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        waiters[i] = waiters[i] && analysis->baseline->wait[i].kind == GT_WAIT_SYNC;
        any = any || waiters[i];
    }
    return any;
}

/* Each lock is judged once for all that wait for it. */
void gt_left_locks_keep(struct gt_heap_analysis *analysis, bool *waiters)
{
    struct gt_lock_owners owners;

    if (!keep_lockers(analysis, waiters)) return;
    gt_lock_owners_init(&owners, analysis, analysis->goroutines->count > MAX_READ);
    enum gt_lock_state *states = gt_calloc((size_t)owners.thing_count + 1, sizeof *states);
    bool *known = gt_calloc((size_t)owners.thing_count + 1, sizeof *known);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        uint32_t thing = owners.waits[i].thing;
        if (!waiters[i] || thing == GT_NO_THING) {
            waiters[i] = false;
            continue;
        }
        if (!known[thing]) states[thing] = gt_lock_state_of(&owners, NULL, i);
        known[thing] = true;
        waiters[i] = states[thing] == GT_LOCK_LEFT;
    }
    gt_free(known);
    gt_free(states);
    gt_lock_owners_deinit(&owners);
}
