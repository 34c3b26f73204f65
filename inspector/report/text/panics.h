/*
 * Panics in words, and as Go prints them. The texts of values are escaped here, since they may
 * contain NULs.
 */
#ifndef GT_TEXT_PANICS_H
#define GT_TEXT_PANICS_H

#include "gotopsy.h"
#include "inspector/base/str.h"

/* "panic with a *main.codeErr [recovered], then panic: runtime error: ...": all panics, the first
 * one first. Adds nothing when there are none. */
void gt_say_panics(struct gt_str *to, const struct gt_report *report);

/* "--show-data shows the text"; empty when nothing is hidden. */
const char *gt_panics_hint(const struct gt_report *report);

/* The lines that Go prints, each with its line break. */
void gt_print_panics(struct gt_str *to, const struct gt_report *report);

#endif
