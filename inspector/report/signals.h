/*
 * Linux signals in words: their names, Go's words for them, and the reasons why the kernel raised
 * one. All of it is constant.
 */
#ifndef GT_REPORT_SIGNALS_H
#define GT_REPORT_SIGNALS_H

#include "gotopsy.h"

struct gt_signal_text {
    char text[20];
};

/* "SIGSEGV"; "signal 34" when it has no name. The text is valid until the end of the full
 * expression. */
struct gt_signal_text gt_signal_text(int32_t signal);

/* Go's own words for a signal: "segmentation violation"; NULL when it has none. */
const char *gt_signal_meaning(int32_t signal);

/* "nothing is mapped there"; NULL when it is not known. */
const char *gt_signal_reason_text(enum gt_signal_reason reason);

#endif
