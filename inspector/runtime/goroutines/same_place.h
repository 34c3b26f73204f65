/*
 * Numbers goroutines by place and state: two have the same number if they have the same status,
 * wait reason, go statement, bubble and pcs, and if both or neither are locked to a thread.
 */
#ifndef GT_RUNTIME_SAME_PLACE_H
#define GT_RUNTIME_SAME_PLACE_H

#include "inspector/runtime/goroutines/goroutines.h"

/* Fills `same_place` of all of them, with numbers from 0 on. */
void gt_goroutines_number_places(struct gt_goroutines *all);

#endif
