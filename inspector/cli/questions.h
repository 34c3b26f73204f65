/*
 * The commands that ask about one thing in a core: an address, a type, a variable, a goroutine.
 */
#ifndef GT_CLI_QUESTIONS_H
#define GT_CLI_QUESTIONS_H

#include "inspector/cli/commands.h"

typedef struct gt_error *gt_question(struct gt_analysis *analysis, struct gt_run *run);

gt_question gt_question_object, gt_question_paths, gt_question_show, gt_question_global;
gt_question gt_question_goroutine;

/* What was asked, as far as the command line says: fills in the options by the operand. */
struct gt_error *gt_question_read(struct gt_options *options);

#endif
