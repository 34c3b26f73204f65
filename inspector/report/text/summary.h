/*
 * The lines of a report about the whole process: what it is, what it holds, what leaks, what was
 * looked for and not found, and what could not be looked for.
 *
 * Text and Markdown print the same lines. A line without content is empty and is left out. The
 * texts are not escaped: each sink does that in its own way.
 */
#ifndef GT_TEXT_SUMMARY_H
#define GT_TEXT_SUMMARY_H

#include "gotopsy.h"
#include "inspector/base/str.h"

struct gt_summary_line {
    const char *label;
    void (*say)(struct gt_str *to, const struct gt_report *report);
    bool alarming; /* it limits how far the report can be trusted */
};

extern const struct gt_summary_line gt_summary_head[]; /* ended by a NULL label */
extern const struct gt_summary_line gt_summary_tail[];

/* "api-server, pid 4211: go1.26.8 amd64, ...": the process of the core. */
void gt_summary_process(struct gt_str *to, const struct gt_report *report);

/* "panic: runtime error: ..., SIGSEGV at 0x0, in goroutine 7": how it died; nothing if it did
 * not. */
void gt_summary_crash(struct gt_str *to, const struct gt_report *report);

/* "12,440, 12 of them the runtime's: 12,408 waiting, 32 runnable" */
void gt_summary_goroutines(struct gt_str *to, const struct gt_report *report);

#endif
