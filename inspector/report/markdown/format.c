/* The format Markdown: of what goes into tickets. */
#include "inspector/report/markdown/sinks.h"

const struct gt_format_row gt_format_markdown = {
    .report = gt_markdown_report,
    .diff = gt_markdown_diff,
};
