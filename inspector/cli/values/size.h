/*
 * Sizes as people type them: 4096, 64KiB, 5M (binary, as in dd and sort), 1MB (decimal).
 */
#ifndef GT_VALUES_SIZE_H
#define GT_VALUES_SIZE_H

#include "gotopsy.h"

bool gt_size_parse(const char *text, uint64_t *bytes);
struct gt_error *gt_size_error(const char *option, const char *text);

#endif
