/* Finds what is stuck by the needs of locks alone, and gives the roles in circles. Then locks that
 * nobody holds, and later unanswered goroutines, count as stuck for ever: those that are stuck now
 * and have no role yet get the next one. */
#include "inspector/detect/waiting/lock_roles.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/deadlocks.h"
#include "inspector/detect/waiting/lock_states.h"

enum {
    MAX_READ = 10000, /* with more goroutines, their stacks are not read again */
    CHAIN = 8,        /* goroutines that wait behind one another, up to one that hangs */
    CROWD = 10,       /* behind a lock; fewer may wait for one that is handed from hand to hand */
};

#define BY_FRAMES "who holds a lock is read from stack frames, since Go does not record it"

const struct gt_lock_role_texts gt_lock_role_texts[GT_LOCK_ROLES] = {
    [GT_ROLE_SELF] = {"self", "the goroutine that waits holds the lock itself", BY_FRAMES, true,
                      false},
    [GT_ROLE_UPGRADE] = {"upgrade", "a goroutine that waits to write holds the read lock itself",
                         BY_FRAMES, true, false},
    [GT_ROLE_AGAIN] = {"again", "a second RLock waits behind a writer that waits for the first",
                       BY_FRAMES, true, false},
    [GT_ROLE_ORDER] = {"order", "goroutines wait in a circle for each other's locks", BY_FRAMES,
                       true, false},
    [GT_ROLE_MIXED] = {"mixed", "a goroutine waits with a lock that the others need", BY_FRAMES,
                       true, false},
    [GT_ROLE_BEHIND] = {"behind", "who could end their wait is in a deadlock", BY_FRAMES, false,
                        false},
    [GT_ROLE_LEFT] = {NULL, "it is locked, and no live goroutine holds it",
                      "others reach the lock, and could still unlock it", false, false},
    [GT_ROLE_LEFT_READ] = {NULL, "it is read-locked, and no live goroutine holds it",
                           "others reach the lock, and could still unlock it", false, false},
    [GT_ROLE_BEHIND_LEFT] = {NULL,
                             "the lock's owner waits for a lock that is locked, and no live "
                             "goroutine holds that one",
                             "others reach the lock, and could still unlock it", false, false},
    [GT_ROLE_BEHIND_HUNG] = {NULL, NULL,
                             "who holds a lock or calls Done is read from stack frames, since Go "
                             "does not record it",
                             false, false},
    [GT_ROLE_BEHIND_UNANSWERED] = {"unanswered",
                                   "the lock's owner waits, and no code that may still run "
                                   "answers it",
                                   BY_FRAMES ", and calls by reflection are not seen", false, true},
};

struct role_finder {
    struct gt_deadlocks deadlocks;
    enum gt_lock_role *roles;
    struct gt_lock_roles *result;
    const bool *hangs;
    const uint8_t *unanswered;
    uint32_t goroutines;
    uint32_t *leaders; /* by class: a goroutine behind which it waits and which hangs, + 1 */
};

static bool waits_for_sync(const struct gt_heap_analysis *analysis)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->baseline->blocks[i] && analysis->baseline->wait[i].kind == GT_WAIT_SYNC)
            return true;
    return false;
}

/* ---- circles ------------------------------------------------------------------------------- */

static enum gt_lock_role role_in_circle(const struct role_finder *finder,
                                        const uint32_t *goroutines, size_t count)
{
    const struct gt_sync_wait *waits = finder->deadlocks.owners.waits;
    bool one_lock = true, reads = false, writes = false;

    for (size_t i = 0; i < count; i++) {
        const struct gt_sync_wait *wait = &waits[goroutines[i]];
        if (wait->action == GT_ACTION_WAIT) return GT_ROLE_MIXED;
        one_lock = one_lock && wait->thing == waits[goroutines[0]].thing;
        reads = reads || wait->action == GT_ACTION_READ;
        writes = writes || wait->action == GT_ACTION_WRITE;
    }
    if (one_lock && writes && !reads) return GT_ROLE_UPGRADE;
    return count == 1 ? GT_ROLE_SELF : one_lock ? GT_ROLE_AGAIN : GT_ROLE_ORDER;
}

static void take_circle(void *ctx, const uint32_t *goroutines, size_t count)
{
    const struct role_finder *finder = ctx;
    enum gt_lock_role role = role_in_circle(finder, goroutines, count);

    for (size_t i = 0; i < count; i++)
        finder->roles[goroutines[i]] = role;
}

/* Those that are stuck and have no role yet. */
static void take_stuck(struct role_finder *finder, enum gt_lock_role role)
{
    for (uint32_t i = 0; i < finder->goroutines; i++)
        if (finder->deadlocks.stuck[i] && gt_class_of(&finder->deadlocks, i) && !finder->roles[i])
            finder->roles[i] = role;
}

/* ---- locks that nobody holds --------------------------------------------------------------- */

/* By lock: how many wait for it, in any way. The caller frees the array. */
static uint32_t *count_waiters(const struct role_finder *finder)
{
    const struct gt_lock_owners *owners = &finder->deadlocks.owners;
    uint32_t *counts = gt_calloc((size_t)owners->thing_count + 1, sizeof *counts);

    for (uint32_t i = 0; i < finder->goroutines; i++)
        if (owners->analysis->baseline->blocks[i] && owners->waits[i].thing != GT_NO_THING)
            counts[owners->waits[i].thing]++;
    return counts;
}

/* Readers and writers of one lock wait for different things, and are judged apart. */
static bool *find_left_classes(const struct role_finder *finder)
{
    const struct gt_deadlocks *deadlocks = &finder->deadlocks;
    bool *left = gt_calloc(deadlocks->classes.len + 1, sizeof *left);
    uint32_t *counts = count_waiters(finder);

    for (size_t i = 0; i < deadlocks->classes.len; i++) {
        const struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, i);
        uint32_t thing = deadlocks->owners.waits[class->member].thing;
        left[i] = thing != GT_NO_THING && counts[thing] >= CROWD &&
                  gt_lock_state_of(&deadlocks->owners, NULL, class->member) == GT_LOCK_LEFT;
    }
    gt_free(counts);
    return left;
}

/* Nothing frees those that wait for a lock that nobody holds, nor those that need them. */
static void take_left(struct role_finder *finder)
{
    struct gt_deadlocks *deadlocks = &finder->deadlocks;
    bool *left = find_left_classes(finder);

    for (size_t i = 0; i < deadlocks->classes.len; i++)
        if (left[i]) deadlocks->needs.need[finder->goroutines + i] = GT_STUCK_ALWAYS;
    for (uint32_t i = 0; i < finder->goroutines; i++)
        if (!finder->roles[i] && gt_class_of(deadlocks, i) && left[deadlocks->class_of[i]])
            finder->roles[i] = deadlocks->owners.waits[i].action == GT_ACTION_WRITE
                                   ? GT_ROLE_LEFT_READ
                                   : GT_ROLE_LEFT;
    gt_stuck_find(&deadlocks->needs, deadlocks->stuck);
    take_stuck(finder, GT_ROLE_BEHIND_LEFT);
    gt_free(left);
}

/* ---- behind goroutines that hang ------------------------------------------------------------ */

/* The goroutine that hangs and keeps an owner from going on, + 1; 0 when nothing does. */
static uint32_t leader_of_owner(const struct role_finder *finder, uint32_t owner)
{
    uint32_t class = finder->deadlocks.class_of[owner];

    if (finder->hangs[owner]) return owner + 1;
    return class == GT_NO_CLASS ? 0 : finder->leaders[class];
}

/* A pointer is enough evidence only to a wait group for which nobody else is left to call Done. */
static bool is_enough(const struct role_finder *finder, uint32_t member,
                      const struct gt_ownership *ownership)
{
    if (ownership->evidence != GT_EVIDENCE_POINTER) return true;
    return finder->deadlocks.owners.waits[member].action == GT_ACTION_WAIT &&
           (finder->hangs[member] || finder->unanswered[member]);
}

/* Does a library wait for a function of the program? The advice for that library speaks of it. */
static bool is_librarys(const struct role_finder *finder, uint32_t member)
{
    const struct gt_heap_analysis *analysis = finder->deadlocks.analysis;
    struct gt_stack stack = gt_locations_of(analysis->process, analysis->goroutines,
                                            &analysis->goroutines->list[member], analysis->storage);
    enum gt_origin origin = gt_locations_origin(&stack);

    return finder->deadlocks.owners.waits[member].what == GT_THING_ONCE ||
           (origin != GT_ORIGIN_LIBRARY && origin != GT_ORIGIN_PROGRAM);
}

/* Of several owners of a mutex, all must hang. */
static void find_leader(struct role_finder *finder, size_t class)
{
    const struct gt_lock_owners *owners = &finder->deadlocks.owners;
    uint32_t member =
        ((struct gt_wait_class *)gt_vec_at(&finder->deadlocks.classes, class))->member;
    struct gt_vec found = GT_VEC_OF(struct gt_ownership);
    uint32_t first = 0;
    size_t hung = 0;

    gt_lock_owners_of(owners, member, &found);
    for (size_t i = 0; i < found.len; i++) {
        const struct gt_ownership *ownership = gt_vec_at(&found, i);
        uint32_t leader = leader_of_owner(finder, ownership->goroutine);
        if (!leader || !is_enough(finder, member, ownership) ||
            finder->deadlocks.class_of[ownership->goroutine] == class)
            continue;
        hung++;
        if (!first) first = leader;
    }
    bool any = owners->waits[member].action == GT_ACTION_WAIT;
    bool advised = first && finder->hangs[member] && is_librarys(finder, member);
    if (!advised && (any || hung == found.len)) finder->leaders[class] = first;
    gt_vec_deinit(&found);
}

static void find_leaders(struct role_finder *finder)
{
    const struct gt_deadlocks *deadlocks = &finder->deadlocks;

    for (int step = 0; step < CHAIN; step++)
        for (size_t i = 0; i < deadlocks->classes.len; i++) {
            const struct gt_wait_class *class = gt_vec_at(&deadlocks->classes, i);
            if (deadlocks->owners.waits[class->member].thing != GT_NO_THING && !finder->leaders[i])
                find_leader(finder, i);
        }
}

static void take_behind_hung(struct role_finder *finder)
{
    struct gt_lock_roles *result = finder->result;

    finder->leaders = gt_calloc(finder->deadlocks.classes.len + 1, sizeof *finder->leaders);
    find_leaders(finder);
    for (uint32_t i = 0; i < finder->goroutines; i++) {
        uint32_t class = finder->deadlocks.class_of[i];
        if (finder->roles[i] || class == GT_NO_CLASS || !finder->leaders[class]) continue;
        result->leader[i] = finder->leaders[class];
        finder->roles[i] = GT_ROLE_BEHIND_HUNG;
    }
    gt_free(finder->leaders);
}

/* ---- behind goroutines that nobody answers -------------------------------------------------- */

/* Those that need a goroutine that no code is left to answer. */
static void take_unanswered(struct role_finder *finder)
{
    const uint8_t *unanswered = finder->unanswered;
    struct gt_deadlocks *deadlocks = &finder->deadlocks;

    for (uint32_t i = 0; i < finder->goroutines; i++)
        if (unanswered[i]) deadlocks->needs.need[i] = GT_STUCK_ALWAYS;
    gt_stuck_find(&deadlocks->needs, deadlocks->stuck);
    for (uint32_t i = 0; i < finder->goroutines; i++)
        deadlocks->stuck[i] = deadlocks->stuck[i] && !unanswered[i]; /* a finding of its own */
    take_stuck(finder, GT_ROLE_BEHIND_UNANSWERED);
}

static void find_roles(struct role_finder *finder)
{
    struct gt_heap_analysis *analysis = finder->deadlocks.analysis;
    bool *none = gt_calloc((size_t)finder->goroutines + 1, sizeof *none);

    gt_deadlocks_init_locks(&finder->deadlocks, analysis, none, finder->goroutines > MAX_READ);
    gt_deadlocks_circles(&finder->deadlocks, take_circle, finder);
    take_stuck(finder, GT_ROLE_BEHIND);
    take_left(finder);
    take_behind_hung(finder);
    take_unanswered(finder);
    gt_deadlocks_deinit(&finder->deadlocks);
    gt_free(none);
}

void gt_lock_roles_find(struct gt_lock_roles *roles, struct gt_heap_analysis *analysis,
                        const bool *hangs, const uint8_t *unanswered)
{
    size_t count = analysis->goroutines->count;

    *roles = (struct gt_lock_roles){.of = gt_calloc(count + 1, sizeof *roles->of),
                                    .leader = gt_calloc(count + 1, sizeof *roles->leader)};
    struct role_finder finder = {.deadlocks.analysis = analysis,
                                 .roles = roles->of,
                                 .result = roles,
                                 .hangs = hangs,
                                 .unanswered = unanswered,
                                 .goroutines = (uint32_t)count};
    if (waits_for_sync(analysis)) find_roles(&finder);
}

void gt_lock_roles_deinit(struct gt_lock_roles *roles)
{
    gt_free(roles->of);
    gt_free(roles->leader);
}
