/*
 * Writes a document into memory; the caller frees the text.
 */
#ifndef GT_TESTS_UNIT_REPORT_WRITING_H
#define GT_TESTS_UNIT_REPORT_WRITING_H

#include "gotopsy.h"

char *gt_written_report(const struct gt_report *report, enum gt_format format,
                        const struct gt_style *style);
char *gt_written_goroutines(const struct gt_report *report, enum gt_format format,
                            const struct gt_style *style);
char *gt_written_check(const struct gt_check *check, enum gt_format format,
                       const struct gt_style *style);

#endif
