/*
 * Taking a goroutine away: its stack's roots, and the pointers out of its g.
 *
 * Roots of a goroutine lie together in the list of roots; this index says where.
 */
#ifndef GT_DETECT_GOROUTINE_CUT_H
#define GT_DETECT_GOROUTINE_CUT_H

#include "inspector/detect/cause.h"

struct gt_goroutine_roots {
    uint32_t *first, *count; /* by a goroutine's place in its list */
};

void gt_goroutine_roots_init(struct gt_goroutine_roots *index, const struct gt_study *study);
void gt_goroutine_roots_deinit(struct gt_goroutine_roots *index);

/* Adds all that `goroutine` keeps alive to what `cause` takes away, its stack's bytes included. */
void gt_cause_take_goroutine(struct gt_cause *cause, const struct gt_study *study,
                             const struct gt_goroutine_roots *index, uint32_t goroutine);

/* The g's object in the heap; GT_NO_OBJECT for the runtime's static ones. */
uint32_t gt_goroutine_object(const struct gt_study *study, uint32_t goroutine);

#endif
