/*
 * The report's words for goroutines that no code is left to answer (unanswered.h), and for
 * those that were abandoned (abandoned.h).
 */
#ifndef GT_DETECT_UNANSWERED_TEXTS_H
#define GT_DETECT_UNANSWERED_TEXTS_H

#include "inspector/detect/hanging/unanswered.h"

/* "no code that may still run receives from it", by enum gt_answer. */
const char *gt_unanswered_why(unsigned needs);

/* What could still end them; in the analysis's storage. */
const char *gt_unanswered_doubt(const struct gt_abandoned *abandoned,
                                const struct gt_member *members, size_t count, uint64_t now);

/* Why goroutines were abandoned; `cases` are bits of enum gt_case. */
const char *gt_abandoned_why(unsigned cases);

#endif
