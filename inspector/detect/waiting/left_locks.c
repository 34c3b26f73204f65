#include "inspector/detect/waiting/left_locks.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/lock_states.h"

enum {
    MAX_READ = 10000, /* with more goroutines, their stacks are not read again */
    CROWD = 10,       /* behind a lock; fewer may wait for one that is handed from hand to hand */
};

static bool keep_lockers(const struct gt_heap_analysis *analysis, bool *waiters)
{
    bool any = false;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        waiters[i] = waiters[i] && analysis->baseline->wait[i].kind == GT_WAIT_SYNC;
        any = any || waiters[i];
    }
    return any;
}

static void count_waiters(const struct gt_heap_analysis *analysis,
                          const struct gt_lock_owners *owners, const bool *waiters,
                          uint32_t *counts)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (waiters[i] && owners->waits[i].thing != GT_NO_THING) counts[owners->waits[i].thing]++;
}

/* Each lock is judged once for all that wait for it. */
void gt_left_locks_keep(struct gt_heap_analysis *analysis, bool *waiters)
{
    struct gt_lock_owners owners;

    if (!keep_lockers(analysis, waiters)) return;
    gt_lock_owners_init(&owners, analysis, analysis->goroutines->count > MAX_READ);
    enum gt_lock_state *states = gt_calloc((size_t)owners.thing_count + 1, sizeof *states);
    bool *known = gt_calloc((size_t)owners.thing_count + 1, sizeof *known);
    uint32_t *counts = gt_calloc((size_t)owners.thing_count + 1, sizeof *counts);
    count_waiters(analysis, &owners, waiters, counts);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        uint32_t thing = owners.waits[i].thing;
        if (!waiters[i] || thing == GT_NO_THING || counts[thing] < CROWD) {
            waiters[i] = false;
            continue;
        }
        if (!known[thing]) states[thing] = gt_lock_state_of(&owners, NULL, i);
        known[thing] = true;
        waiters[i] = states[thing] == GT_LOCK_LEFT;
    }
    gt_free(counts);
    gt_free(known);
    gt_free(states);
    gt_lock_owners_deinit(&owners);
}
