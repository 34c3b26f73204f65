/* The sinks of Markdown. */
#ifndef GT_REPORT_MARKDOWN_SINKS_H
#define GT_REPORT_MARKDOWN_SINKS_H

#include "inspector/report/sinks.h"

gt_report_sink gt_markdown_report;
gt_diff_sink gt_markdown_diff;

#endif
