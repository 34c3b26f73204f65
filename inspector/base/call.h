/*
 * Calls into the library, and what they hold.
 *
 * A call runs a body. All that the body takes (blocks of alloc.h, and resources of gt_hold()) hangs
 * on the holdings that the call was given: those of an analysis, or those of one call. When memory
 * runs out, the call unwinds (longjmp) to gt_call(), which frees all of it and returns an error
 * with GT_ERR_MEMORY. So no function below checks an allocation, and none ends the process.
 *
 * Invariants: nothing is allocated between taking a file or handle from another library and
 * gt_hold(). No unwinding crosses another library's frames: a callback from one allocates with
 * gt_try_alloc() and reports failure in that library's own way.
 *
 * Other libraries (libdwarf, libelf, zlib) allocate by themselves, and some continue with less when
 * that fails. The C library then sets errno to ENOMEM, and nothing resets it. So a call starts with
 * errno 0, and a call that ends with ENOMEM has failed, unless its body itself returned
 * GT_ERR_MEMORY. gt_call_check() checks earlier: where a system call may overwrite errno, and where
 * an error is dropped.
 *
 * The current call is the one thread-local variable of this library. Every allocation needs it,
 * also below callbacks of other libraries. As an argument it would be one of every function. It is
 * NULL between calls, so that nothing outlives one. Each thread has its own: calls in different
 * threads, on different holdings, share nothing.
 */
#ifndef GT_BASE_CALL_H
#define GT_BASE_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct gt_error;

struct gt_link { /* in a ring; a link that is alone points to itself */
    struct gt_link *next, *previous;
};

/* What a call holds. Its owner keeps it in place from init to the last call on it. */
struct gt_holdings {
    struct gt_link blocks, resources;
    bool lost; /* memory ran out in a call: all was freed, and nothing may be used again */
};

void gt_holdings_init(struct gt_holdings *holdings);
void gt_holdings_release(struct gt_holdings *holdings); /* frees all; they are lost */

/*
 * Runs the body. Its error, if any, belongs to the caller and hangs on nothing. On success, what
 * the body took stays held. If memory ran out, everything that hangs on the holdings is freed.
 */
typedef struct gt_error *gt_body(void *args);
struct gt_error *gt_call(struct gt_holdings *holdings, gt_body *body, void *args);
/* The same with holdings for this call alone, for a body that leaves nothing behind. */
struct gt_error *gt_call_alone(gt_body *body, void *args);

/* Unwinds the current call, in which `size` bytes (0: unknown) could not be allocated. Returns only
 * outside of a call, as in tests of what lies below the library's entry points. */
void gt_call_fail(size_t size);

/* Unwinds the current call if another library ran out of memory since its start. */
void gt_call_check(void);

/* What was held there hangs on the current call from now on; outside of a call, on nothing. */
void gt_call_adopt(struct gt_holdings *holdings);

/* The ring of blocks of the current call, or NULL. */
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

/* Calls `release(what, size)` if the call unwinds. If there is no memory to record this, it
 * releases at once and unwinds. */
struct gt_resource *gt_hold(void *what, size_t size, gt_release_fn *release);
void gt_let_go(struct gt_resource *resource); /* releases it now; NULL is allowed */

/* The same for a file descriptor. */
struct gt_resource *gt_hold_file(int file);

#endif
