/*
 * The signals that a channel of signal.Notify gets, in the report's words. signal.NotifyContext has
 * such a channel too.
 */
#ifndef GT_DETECT_NOTIFIED_H
#define GT_DETECT_NOTIFIED_H

#include "inspector/detect/hanging/abandoned.h"

/* "a signal to the process (SIGINT, SIGTERM)", for the first channel of signal.Notify that a
 * goroutine waits for; NULL if there is none. In the analysis's storage. */
const char *gt_notified_text(const struct gt_abandoned *abandoned, uint32_t goroutine);

#endif
