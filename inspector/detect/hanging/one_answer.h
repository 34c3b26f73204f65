/*
 * Does a goroutine wait for one answer, or for its next turn of work?
 *
 * A worker of an idle pool, a subscriber and a hub receive in a loop: that nothing comes is no
 * fault. A call that waits for its reply does so once. By the code of its frames, a goroutine waits
 * for one answer if none of them comes to its wait again; or if a channel is made anew before each
 * wait. A wait for a condition is in a loop by nature: it is of a worker if the loop locks again.
 */
#ifndef GT_DETECT_ONE_ANSWER_H
#define GT_DETECT_ONE_ANSWER_H

#include "inspector/detect/heap_analysis.h"

/* `first` is the first of its frames that is the program's own. False too where code is not
 * understood. */
bool gt_waits_for_one_answer(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                             uint32_t first, bool condition);

#endif
