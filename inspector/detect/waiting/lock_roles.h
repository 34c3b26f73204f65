/*
 * The role of a goroutine in locks that nobody unlocks, or in a wait group whose Done nobody calls:
 * it is in a circle of goroutines that wait for each other's locks; or it waits for a lock that no
 * live goroutine holds (lock_states.h); or it waits behind such goroutines, behind one that hangs
 * (hanging/hanging.h), or behind one that no code is left to answer (hanging/unanswered.h).
 *
 * Of a wait group each worker must call Done, so one worker that hangs is enough. Of the possible
 * owners of a mutex, all must hang. A goroutine that hangs in a call of a library that runs the
 * program's functions, such as sync.Once or an errgroup, has no such role: its own advice speaks of
 * these functions.
 *
 * Stack frames show the owners of locks (lock_owners.h), so a role is no proof. Other code may
 * reach a lock that nobody holds, and unlock it. A lock that is handed on looks the same, so a
 * crowd must wait for it. With very many goroutines, no lock counts as held by nobody.
 */
#ifndef GT_DETECT_LOCK_ROLES_H
#define GT_DETECT_LOCK_ROLES_H

#include "inspector/detect/heap_analysis.h"

enum gt_lock_role {
    GT_ROLE_NONE,
    GT_ROLE_SELF,      /* it holds the lock itself */
    GT_ROLE_UPGRADE,   /* it waits to write, and reads already */
    GT_ROLE_AGAIN,     /* it reads already, and a writer waits before it reads again */
    GT_ROLE_ORDER,     /* each of the circle waits for another one's lock */
    GT_ROLE_MIXED,     /* one of the circle waits for a wait group, whose Done another one calls */
    GT_ROLE_BEHIND,    /* those that it needs are in a circle, or behind one */
    GT_ROLE_LEFT,      /* nobody holds the lock */
    GT_ROLE_LEFT_READ, /* the same, of a writer: a reader has left */
    GT_ROLE_BEHIND_LEFT,       /* the owner of its lock waits for one that nobody holds */
    GT_ROLE_BEHIND_HUNG,       /* the owner of its lock, or a worker of its wait group, hangs */
    GT_ROLE_BEHIND_UNANSWERED, /* the owner of its lock waits, and no code is left to answer that
                                * wait */
    GT_LOCK_ROLES
};

struct gt_lock_role_texts {
    const char *word;  /* for advice.def; NULL: none */
    const char *title; /* the words of the title about the goroutines; NULL: none */
    const char *doubt;
    bool circle;
    bool suspect; /* code alone says so; otherwise it is likely */
};

/* By role. */
extern const struct gt_lock_role_texts gt_lock_role_texts[GT_LOCK_ROLES];

struct gt_lock_roles { /* by goroutine */
    enum gt_lock_role *of;
    uint32_t *leader; /* the goroutine behind which it waits and which hangs, + 1; else 0 */
};

/* `hangs`, by goroutine, has those that are proven to hang. `unanswered`, by goroutine, is not 0
 * for those that no code is left to answer. */
void gt_lock_roles_find(struct gt_lock_roles *roles, struct gt_heap_analysis *analysis,
                        const bool *hangs, const uint8_t *unanswered);
void gt_lock_roles_deinit(struct gt_lock_roles *roles);

#endif
