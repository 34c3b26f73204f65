/*
 * Calls into the library, and what they hold.
 *
 * A call runs a body. All that the body takes (blocks of alloc.h, and the resources that it says it
 * holds) hangs on the holdings that the call was given: an analysis's own, or those of one call.
 * When memory runs out, the call unwinds (longjmp) to gt_call(), which lets go of all of it and
 * returns an error with GT_ERR_MEMORY. So nobody below checks an allocation, and nothing ends the
 * process.
 *
 * Invariants: between what is taken from another library (a file, a handle) and gt_hold() nothing
 * is allocated. No unwinding crosses another library's frames: a callback from one allocates with
 * gt_try_alloc() and reports failure by that library's own means.
 *
 * Other libraries (libdwarf, libelf, zlib) allocate for themselves, and some go on with less when
 * that fails. But the C library sets errno to ENOMEM then, and nothing sets it back. So a call
 * starts with errno 0, and one that ends with ENOMEM has failed, unless its body itself returned
 * GT_ERR_MEMORY. Where a system call may overwrite errno before the end, and where an error is
 * dropped, gt_call_check() looks earlier.
 *
 * The call under way is the one thread-local variable of this library: every allocation needs it,
 * below callbacks of other libraries too, and handing it down would make it an argument of every
 * function. It is NULL between calls, so that nothing outlives one. Each thread has its own:
 * calls in different threads, on different holdings, share nothing.
 */
#ifndef GT_BASE_CALL_H
#define GT_BASE_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct gt_error;

struct gt_link { /* in a ring; alone, it points to itself */
    struct gt_link *next, *previous;
};

/* What a call holds. Its owner keeps it in place from init to the last call on it. */
struct gt_holdings {
    struct gt_link blocks, resources;
    bool lost; /* memory ran out in a call: all was let go of, and nothing may be used again */
};

void gt_holdings_init(struct gt_holdings *holdings);

/*
 * Runs the body. Its error, if any, is the caller's and hangs on nothing; on success what it took
 * stays held. When memory ran out, everything that hangs on the holdings is gone.
 */
typedef struct gt_error *gt_body(void *args);
struct gt_error *gt_call(struct gt_holdings *holdings, gt_body *body, void *args);
/* The same with holdings for this call alone, for a body that leaves nothing behind. */
struct gt_error *gt_call_alone(gt_body *body, void *args);

/* Unwinds the call under way, which asked for `size` bytes (0: unknown) in vain. Returns only where
 * there is none, as in tests of what lies below the library's entry points. */
void gt_call_fail(size_t size);

/* Unwinds the call under way if another library ran out of memory since its start. */
void gt_call_check(void);

/* The ring of blocks of the call under way, or NULL. */
struct gt_link *gt_call_blocks(void);

/* ---- rings --------------------------------------------------------------------------------- */

static inline void gt_link_alone(struct gt_link *link)
{
    link->next = link->previous = link;
}

static inline void gt_link_after(struct gt_link *link, struct gt_link *ring)
{
    link->previous = ring;
    link->next = ring->next;
    ring->next->previous = link;
    ring->next = link;
}

static inline void gt_unlink(struct gt_link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    gt_link_alone(link);
}

/* ---- resources: all that is not a block of alloc.h ------------------------------------------- */

typedef void gt_release_fn(void *what, size_t size);

struct gt_resource;

/* Has `release(what, size)` called should the call unwind. Releases it at once when even this
 * cannot be noted. */
struct gt_resource *gt_hold(void *what, size_t size, gt_release_fn *release);
void gt_let_go(struct gt_resource *resource); /* releases it now; NULL is allowed */

/* The same for a file descriptor. */
struct gt_resource *gt_hold_file(int file);

#endif
