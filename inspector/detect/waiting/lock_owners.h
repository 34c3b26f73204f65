/*
 * The owners of the mutexes that others wait for, as far as frames tell.
 *
 * Go notes them nowhere. The evidence for a goroutine, the strongest first: a deferred call of
 * Unlock that waits to run with this mutex in its closure; a frame that leads to the mutex (a
 * variable that points to it or to what it is part of, or code that names it) and stands behind a
 * call of Lock with no Unlock between; a frame that merely leads to it. The goroutine with the
 * strongest evidence is told, and by which evidence. It is a hint, and proves nothing. Deferred
 * calls of Done and pointers are evidence in the same way for the workers of a wait group.
 *
 * Things are known by where they begin. The owners own their tables and borrow the analysis.
 */
#ifndef GT_DETECT_LOCK_OWNERS_H
#define GT_DETECT_LOCK_OWNERS_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/waits/blocked.h"

#define GT_NO_THING UINT32_MAX
#define GT_NO_GOROUTINE UINT32_MAX

struct gt_ownership {
    uint32_t thing, goroutine;
    uint8_t speaks;       /* enum gt_lock_evidence */
    bool reads;           /* as a reader, where something is known to lock */
    bool at_wait;         /* by a pointer in the frame that itself waits in Lock */
    bool captured;        /* the word is a deferred closure's */
    bool far;             /* by a pointer that is not known to reach so far */
    uint16_t distance;    /* of the thing from where the word points */
    uint32_t frame;       /* GT_NO_FRAME: by none */
    uint64_t word, value; /* the word that leads there; 0 when none does */
    uint64_t site;        /* in the code that locked; 0 when that is not known */
};

struct gt_thing {
    uint64_t address, size;
    bool counts;   /* a wait group: nobody locks it */
    bool may_hold; /* code of a frame, which names it, may have it locked */
};

struct gt_sync_wait { /* what a goroutine waits for, if it is one of sync's */
    uint32_t thing;   /* GT_NO_THING: it is none */
    enum gt_thing_kind what;
    enum gt_action action;
};

struct gt_lock_owners {
    struct gt_heap_analysis *analysis;
    struct gt_thing *things; /* by address */
    uint32_t thing_count;
    uint64_t largest;           /* bytes of the largest of them */
    uint32_t *writers;          /* by thing: the one that waits to write, or GT_NO_GOROUTINE */
    struct gt_sync_wait *waits; /* by goroutine */
    struct gt_vec list;         /* struct gt_ownership, by thing and then goroutine */
    /* By goroutine: it has something locked, or is to unlock something, of which frames do not
     * tell what it is. */
    bool *loose;
    uint32_t loose_count;
    bool unread; /* a goroutine's frames could not be read */
};

/* `waiters` alone: only of those who wait for such things it is looked at what they hold, and of no
 * lock it is then said that nobody holds it. */
void gt_lock_owners_init(struct gt_lock_owners *owners, struct gt_heap_analysis *analysis,
                         bool waiters);
void gt_lock_owners_deinit(struct gt_lock_owners *owners);

/* Who holds what a goroutine waits for: those with the strongest evidence, into `out` (struct
 * gt_ownership). None when nobody is found, or when it is free. */
void gt_lock_owners_of(const struct gt_lock_owners *owners, uint32_t goroutine, struct gt_vec *out);

/* Does what a goroutine waits for say of itself that somebody has it? */
bool gt_is_held(const struct gt_lock_owners *owners, uint32_t goroutine);

#endif
