/*
 * What a scan of known stacks finds: where their pointer words and their stack objects lie, from
 * the stack pointer on. Stacks with the same frames have the same plan, so the stack maps of a
 * stack that is scanned again are not read again.
 *
 * A plan is made when a stack is seen for the second time: most that are seen once are not seen
 * again. Plans of a process have a bounded size in all. Masks are borrowed from the target's
 * memory.
 */
#ifndef GT_UNWIND_STACK_PLANS_H
#define GT_UNWIND_STACK_PLANS_H

#include "inspector/base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* The position of a word in its stack object, which is one variable, and how many words before it
 * (at most 1) and after it (at most 2) are no pointers. All 0 for a word of no object. */
struct gt_in_object {
    uint32_t offset : 28, before : 1, after : 2, any : 1;
};

struct gt_planned_word {
    uint32_t addr; /* from the stack pointer on */
    uint32_t frame;
    struct gt_in_object in;
};

/* A stack object. It is scanned once, when something on the stack points to it. */
struct gt_stack_object {
    uint64_t addr, size;       /* in a plan, the address is from the stack pointer on */
    const unsigned char *mask; /* NULL: unrolled from the GC program when it is needed */
    uint64_t program;
    uint64_t words;
    uint32_t frame;
    bool scanned;
};

struct gt_stack_plan {
    struct gt_vec words;   /* struct gt_planned_word, in the order of a scan */
    struct gt_vec objects; /* struct gt_stack_object */
    uint64_t end;          /* all lies below this, from the stack pointer on */
    uint64_t frames;
    bool failed; /* while it is made: the stack cannot be planned */
};

struct gt_stack_plans;

struct gt_stack_plans *gt_stack_plans_create(void);
void gt_stack_plans_destroy(struct gt_stack_plans *plans); /* NULL is allowed */

/* The plan of the stacks with this number; NULL: none yet. If *make is set, the caller is to make
 * one and give it to gt_stack_plans_put(). */
const struct gt_stack_plan *gt_stack_plans_get(struct gt_stack_plans *plans, uint32_t number,
                                               bool *make);

void gt_stack_plan_init(struct gt_stack_plan *plan);
void gt_stack_plan_add_word(struct gt_stack_plan *plan, uint64_t addr, uint32_t frame,
                            struct gt_in_object in);
void gt_stack_plan_add_object(struct gt_stack_plan *plan, const struct gt_stack_object *object);
/* Says that the scan reads [addr, end): a stack must have as much. */
void gt_stack_plan_reach(struct gt_stack_plan *plan, uint64_t addr, uint64_t end);

/* Takes the plan over, or frees it, when it failed or does not fit. */
void gt_stack_plans_put(struct gt_stack_plans *plans, uint32_t number, struct gt_stack_plan *plan);

#endif
