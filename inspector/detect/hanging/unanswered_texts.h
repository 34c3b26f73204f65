/*
 * The report's words for goroutines that no code is left to answer (unanswered.h).
 */
#ifndef GT_DETECT_UNANSWERED_TEXTS_H
#define GT_DETECT_UNANSWERED_TEXTS_H

#include "inspector/detect/hanging/unanswered.h"

/* "no code that may still run receives from it", by enum gt_answer. */
const char *gt_unanswered_why(unsigned needs);

/* What could still end them; in the analysis's storage. */
const char *gt_unanswered_doubt(const struct gt_abandoned *abandoned,
                                const struct gt_member *members, size_t count, uint64_t now);

/* Notes what code could not say, if there was a crowd to ask for. `why` is why nobody was judged,
 * or NULL. */
void gt_unanswered_limits(struct gt_process *process, const char *why);

#endif
