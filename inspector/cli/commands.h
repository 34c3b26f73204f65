/*
 * The commands: one row each.
 *
 * Exit statuses are a contract: see enum gt_status.
 */
#ifndef GT_CLI_COMMANDS_H
#define GT_CLI_COMMANDS_H

#include "inspector/cli/options.h"
#include "inspector/cli/progress.h"

enum gt_status {
    GT_DONE = 0,   /* analysed */
    GT_MET = 1,    /* analysed, and a finding met --fail-on */
    GT_WRONG = 2,  /* the command line is wrong */
    GT_UNABLE = 3, /* could not be analysed, or the report not be written */
};

struct gt_run { /* of one command, from opening to exit status */
    const struct gt_options *options;
    struct gt_progress *progress; /* the one that the analysis was opened with */
    enum gt_status status;
};

struct gt_command {
    const char *name, *argument, *summary; /* argument: "CORE", "CORE ADDR" */
    const char *description, *examples;    /* lines, for --help */
    enum gt_document document;             /* that it writes; GT_DOCUMENTS: none */
    /* Of an opened core; NULL for commands that open none. */
    struct gt_error *(*analyse)(struct gt_analysis *analysis, struct gt_run *run);
    struct gt_error *(*print)(const struct gt_options *options); /* where analyse is NULL */
};

extern const struct gt_command gt_commands[]; /* ended by a NULL name; the first is the default */

const struct gt_command *gt_command_find(const char *name); /* NULL when there is none */
bool gt_format_find(const char *name, enum gt_format *format);

/* What stands behind the core, "ADDR"; NULL when nothing does. */
const char *gt_command_operand(const struct gt_command *command);

/* The command's bit, of GT_FOR_... */
static inline unsigned gt_command_bit(const struct gt_command *command)
{
    if (command->document < GT_DOCUMENTS) return 1u << command->document;
    return command->analyse ? GT_FOR_SHELL : GT_FOR_OTHERS;
}

/* Opens the output of a command, unless there was an error; the progress line goes first. */
struct gt_output;
struct gt_error *gt_run_output(struct gt_run *run, struct gt_error *error,
                               struct gt_output *output);

/* Does what the options say; *status is set when there is no error. */
struct gt_error *gt_command_run(const struct gt_options *options, enum gt_status *status);
/* The same with a core that is open. */
struct gt_error *gt_command_answer(const struct gt_options *options, struct gt_analysis *analysis,
                                   struct gt_progress *progress, enum gt_status *status);

#endif
