/*
 * Which functions use a global: all that is left of its name without symbols.
 *
 * The addresses that code refers to (unwind/references.h) are where globals, or fields of them,
 * begin. So are the addresses in words of other globals: what `var x = &T{...}` points to has no
 * code that refers to it, and is no part of what lies before it. A few chance ones are among them,
 * so this serves for telling, not for proving. The code is read when the first question is asked.
 */
#ifndef GT_RUNTIME_GLOBAL_USERS_H
#define GT_RUNTIME_GLOBAL_USERS_H

#include "inspector/runtime/roots/roots.h"

struct gt_global_users;

struct gt_global_users *gt_global_users_create(struct gt_process *process,
                                               const struct gt_roots *roots);
void gt_global_users_destroy(struct gt_global_users *users); /* NULL is allowed */

struct gt_referred {      /* a global without a name */
    const char *section;  /* ".data", ".noptrbss" */
    uint64_t offset;      /* in the section: of where the global seems to begin */
    uint64_t inside;      /* the asked address's distance from there */
    const char *users[2]; /* functions that refer to it, as far as they are known */
    size_t user_count;    /* of all of them, which may be more */
    uint64_t from;        /* a global's word that leads there; 0: none */
};

/* The global that holds the address; false when none of the modules' sections does. */
bool gt_global_users_at(struct gt_global_users *users, uint64_t addr, struct gt_referred *out);

#endif
