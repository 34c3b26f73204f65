/*
 * The functions that use a global. Without symbols they replace its name.
 *
 * A global, or a field of one, begins at each address that code refers to (unwind/references.h).
 * The same holds for addresses in words of other globals. No code refers to what `var x = &T{...}`
 * points to, and that is a global of its own. A few of these addresses are false, so the result may
 * be shown but proves nothing. The code is read at the first query. The caller owns the users; they
 * borrow the process and the roots.
 */
#ifndef GT_RUNTIME_GLOBAL_USERS_H
#define GT_RUNTIME_GLOBAL_USERS_H

#include "inspector/runtime/roots/roots.h"

struct gt_global_users;

/* `threads` read the code, at the first query. */
struct gt_global_users *gt_global_users_create(struct gt_process *process,
                                               const struct gt_roots *roots, unsigned threads);
void gt_global_users_destroy(struct gt_global_users *users); /* NULL is allowed */

struct gt_referred {      /* a global without a name */
    const char *section;  /* ".data", ".noptrbss" */
    uint64_t offset;      /* of the global's start, in the section */
    uint64_t inside;      /* distance of the queried address from that start */
    const char *users[2]; /* functions that refer to it, as far as they are known */
    size_t user_count;    /* number of functions that refer to it; may exceed the array */
    uint64_t from;        /* a word of a global that leads to the start; 0: none */
};

/* The global that holds the address; false when none of the modules' sections does. */
bool gt_global_users_at(struct gt_global_users *users, uint64_t addr, struct gt_referred *out);

#endif
