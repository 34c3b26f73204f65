/* The signal that ended the process, in words: which one, its address or sender, and what it
 * hit. */
#ifndef GT_TEXT_SIGNAL_H
#define GT_TEXT_SIGNAL_H

#include "gotopsy.h"
#include "inspector/base/str.h"

/* True if another process sent it. Then the cause is not what the thread did. */
bool gt_sent_from_outside(const struct gt_report *report);

/* Adds to the text about the crash: "SIGSEGV at 0x8 (nothing is mapped there), in goroutine 7". */
void gt_say_signal(struct gt_str *to, const struct gt_report *report);

#endif
