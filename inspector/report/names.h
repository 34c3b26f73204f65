/*
 * Names of kinds of finding, degrees of confidence and files.
 */
#ifndef GT_REPORT_NAMES_H
#define GT_REPORT_NAMES_H

#include "inspector/kinds/kinds.h"

const char *gt_base_name(const char *path); /* "fetch.go" */

enum { GT_PART_NAME = 64 };
/* "live objects", "of 4,096 bytes" for a size class. It may be in `text`, of GT_PART_NAME bytes. */
const char *gt_part_name(char *text, const struct gt_memory_part *part);

#endif
