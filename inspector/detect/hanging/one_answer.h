/*
 * Does a goroutine wait for one answer, or for its next piece of work?
 *
 * An idle worker and a subscriber receive in a loop, and it is no fault that nothing comes. A call
 * that waits for its reply receives once.
 *
 * The code of the goroutine's frames decides. It waits for one answer if no frame's code leads back
 * to the wait, or if the code makes a new channel before each wait. A wait for a condition is
 * always in a loop. It is a worker's if that loop locks again.
 */
#ifndef GT_DETECT_ONE_ANSWER_H
#define GT_DETECT_ONE_ANSWER_H

#include "inspector/detect/heap_analysis.h"

/* `first` is the number of the first frame that is the program's own. False if code is not
 * understood. */
bool gt_waits_for_one_answer(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                             uint32_t first, bool condition);

#endif
