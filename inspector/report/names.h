/*
 * The words of the model's enums that need more than a table: of states, steps and parts of memory.
 */
#ifndef GT_REPORT_NAMES_H
#define GT_REPORT_NAMES_H

#include "inspector/base/str.h"
#include "inspector/kinds/kinds.h"

/* "chan receive"; "running" when it does not wait. */
const char *gt_state_name(const char *wait_reason, enum gt_goroutine_status status);

const char *gt_base_name(const char *path); /* "fetch.go" */

enum { GT_SHORT_TYPE = 256 };
/* A type's name, without the fields of its first struct if these are long: "[]struct {…}". The
 * result may be in `text`, of GT_SHORT_TYPE bytes. */
const char *gt_short_type(char *text, const char *type);

enum { GT_STEP_NAME = 40 };
/* "global main.sessions", "map entry", "12 more objects". It may be in `text`, of GT_STEP_NAME
 * bytes. */
const char *gt_step_name(char *text, const struct gt_step *step);

/* "kept for reuse by bytes.Buffer" */
void gt_say_aside_reason(struct gt_str *to, const struct gt_set_aside *row);

enum { GT_CHECK_WHY = 400 };
/* Why a comparison has no certain result; NULL when it has one. It may be in `text`, of
 * GT_CHECK_WHY bytes. */
const char *gt_check_why(char *text, const struct gt_check *check);

enum { GT_PART_NAME = 64 };
/* "live objects", "of 4,096 bytes" for a size class. It may be in `text`, of GT_PART_NAME bytes. */
const char *gt_part_name(char *text, const struct gt_memory_part *part);

#endif
