/*
 * Names of kinds of finding, degrees of confidence and files.
 */
#ifndef GT_REPORT_NAMES_H
#define GT_REPORT_NAMES_H

#include "inspector/kinds/kinds.h"

const char *gt_base_name(const char *path); /* "fetch.go" */

#endif
