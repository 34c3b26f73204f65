/* The signal that ended the process, in words: which, where or by whom, and what it hit. */
#ifndef GT_TEXT_SIGNAL_H
#define GT_TEXT_SIGNAL_H

#include "gotopsy.h"
#include "inspector/base/str.h"

/* A process other than this one sent it: what its thread did then is chance. */
bool gt_sent_from_outside(const struct gt_report *report);

/* Adds to what was said of the crash: "SIGSEGV at 0x8 (nothing is mapped there), in goroutine 7".
 */
void gt_say_signal(struct gt_str *to, const struct gt_report *report);

/* Go's own name for a signal: "segmentation violation"; NULL when it has none. */
const char *gt_signal_meaning(const char *signal);

#endif
