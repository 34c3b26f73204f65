/*
 * A hand-made report with one finding of each kind, a check and a heap table, which the tests of
 * the sinks write.
 *
 * Its texts are hostile on purpose: colour codes, line breaks, backticks, bytes that are not UTF-8.
 * All of it is static and constant.
 */
#ifndef GT_TESTS_UNIT_REPORT_SAMPLE_H
#define GT_TESTS_UNIT_REPORT_SAMPLE_H

#include "gotopsy.h"

extern const struct gt_report gt_sample_report; /* every kind found */
extern const struct gt_report gt_sample_empty;  /* nothing found, nothing known */
extern const struct gt_check gt_sample_check;
extern const struct gt_heap_table gt_sample_heap;

#define GT_SAMPLE_HOSTILE "\033[31mred\nnew \xff\xc2\x9b\u202e`|<b>"

#endif
