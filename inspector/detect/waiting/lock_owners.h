/*
 * The owners of the locks that others wait for, as far as frames show them.
 *
 * Go does not record owners. These are the kinds of evidence for a goroutine, the strongest first:
 * a deferred call of Unlock with this mutex in its closure that has not run; a frame that leads to
 * the mutex (by a variable that points to it or to what contains it, or by code that refers to it)
 * and is after a call of Lock with no Unlock between; a frame that only leads to it. A frame that
 * waits in Lock is also after an RLock if its code comes from there past no RUnlock (lock_paths.h).
 * The goroutine with the strongest evidence is reported, with the kind of evidence. It is a hint,
 * and proves nothing. For the workers of a wait group, deferred calls of Done and pointers are
 * evidence in the same way.
 *
 * A lock is identified by the address where it begins. The owners own their tables and borrow the
 * analysis.
 */
#ifndef GT_DETECT_LOCK_OWNERS_H
#define GT_DETECT_LOCK_OWNERS_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/waits/blocked.h"

#define GT_NO_THING UINT32_MAX
#define GT_NO_GOROUTINE UINT32_MAX

struct gt_ownership {
    uint32_t thing, goroutine;
    uint8_t evidence;     /* enum gt_lock_evidence */
    bool reads;           /* as a reader, if a call that locks is known */
    bool at_wait;         /* by a pointer in the frame that itself waits in Lock */
    bool captured;        /* the word is a deferred closure's */
    bool far;             /* by a pointer that is not known to reach so far */
    uint16_t distance;    /* bytes from the word's target to the lock */
    uint32_t frame;       /* GT_NO_FRAME: no frame */
    uint64_t word, value; /* the word that leads to the lock; 0 when there is none */
    uint64_t site;        /* the code address that locked it; 0 when it is not known */
};

struct gt_thing {
    uint64_t address, size;
    bool counts;   /* a wait group, which nobody locks */
    bool may_hold; /* a frame's code, which refers to it, may have it locked */
};

struct gt_sync_wait { /* the object of sync that a goroutine waits for */
    uint32_t thing;   /* GT_NO_THING: none */
    enum gt_thing_kind what;
    enum gt_action action;
};

struct gt_lock_owners {
    struct gt_heap_analysis *analysis;
    struct gt_thing *things; /* by address */
    uint32_t thing_count;
    uint64_t largest;           /* bytes of the largest of these objects */
    uint32_t *writers;          /* by object: the goroutine that waits to write, or GT_NO_GOROUTINE
                                 */
    struct gt_sync_wait *waits; /* by goroutine */
    struct gt_vec list;         /* struct gt_ownership, sorted by object and then goroutine */
    /* By goroutine: it holds a lock, or will unlock one, which its frames do not identify. */
    bool *loose;
    uint32_t loose_count;
    bool unread; /* a goroutine's frames could not be read */
};

/* With `waiters`, only goroutines that wait for such objects are searched, and no lock is reported
 * as held by nobody. */
void gt_lock_owners_init(struct gt_lock_owners *owners, struct gt_heap_analysis *analysis,
                         bool waiters);
void gt_lock_owners_deinit(struct gt_lock_owners *owners);

/* The owners of what a goroutine waits for: those with the strongest evidence, into `out` (struct
 * gt_ownership). None when nobody is found, or when it is free. */
void gt_lock_owners_of(const struct gt_lock_owners *owners, uint32_t goroutine, struct gt_vec *out);

/* Does the state of what a goroutine waits for say that it is held? */
bool gt_is_held(const struct gt_lock_owners *owners, uint32_t goroutine);

#endif
