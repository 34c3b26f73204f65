/*
 * Which code refers to which globals: all that is left of their names without symbols.
 *
 * Compiled code names a global by its distance from the instruction. One pass over the text finds
 * the instructions that do; the addresses they name are where globals, or fields of them, begin. A
 * few bytes of other instructions look the same, so this serves for telling, not for proving.
 *
 * The text is read when the first question is asked.
 */
#ifndef GT_RUNTIME_REFERENCES_H
#define GT_RUNTIME_REFERENCES_H

#include "inspector/runtime/process.h"

struct gt_references;

struct gt_references *gt_references_create(struct gt_process *process);
void gt_references_free(struct gt_references *references); /* NULL is allowed */

struct gt_referred {      /* a global without a name */
    const char *section;  /* ".data" or ".bss" */
    uint64_t offset;      /* in the section: of where the global seems to begin */
    uint64_t inside;      /* the asked address's distance from there */
    const char *users[2]; /* functions that refer to it, as far as they are known */
    size_t user_count;    /* of all of them, which may be more */
};

/* The global with pointers that holds the address; false when none of the modules' sections does.
 */
bool gt_references_at(struct gt_references *references, uint64_t addr, struct gt_referred *out);

#endif
