/*
 * The commands: one row each, in a file of its own in commands/, and listed by commands.def.
 *
 * Exit statuses are a contract: see enum gt_status.
 */
#ifndef GT_CLI_COMMANDS_H
#define GT_CLI_COMMANDS_H

#include "inspector/cli/options.h"
#include "inspector/cli/progress.h"

enum gt_status {
    GT_DONE = 0,   /* analysed */
    GT_MET = 1,    /* analysed, and a finding reached --fail-on */
    GT_WRONG = 2,  /* the command line is wrong */
    GT_UNABLE = 3, /* could not be analysed, or the report could not be written */
};

struct gt_run { /* of one command, from opening the core to the exit status */
    const struct gt_options *options;
    struct gt_progress *progress; /* of the analysis */
    enum gt_status status;
};

enum { GT_MOST_OWN_OPTIONS = 12 };

struct gt_command {
    const char *name, *argument, *summary; /* argument: "CORE", "CORE ADDR" */
    const char *description, *examples;    /* lines, for --help */
    enum gt_document document;             /* the document that it writes; GT_DOCUMENTS: none */
    /* options beside those of enum gt_scope */
    enum gt_option options[GT_MOST_OWN_OPTIONS];
    bool finds;       /* its findings are of the kinds in kinds.def */
    bool reads_lines; /* lines from standard input */
    /* Fills in and checks the operand and the options together; NULL: nothing to do. */
    struct gt_error *(*read)(struct gt_options *options);
    /* For commands that open a core; NULL for others. */
    struct gt_error *(*analyse)(struct gt_analysis *analysis, struct gt_run *run);
    struct gt_error *(*print)(const struct gt_options *options); /* where analyse is NULL */
};

#define COMMAND(name) extern const struct gt_command gt_command_##name;
#include "inspector/cli/commands.def"
#undef COMMAND

extern const struct gt_command *const gt_commands[]; /* ended by NULL; the first is the default */

const struct gt_command *gt_command_named(const char *name); /* NULL when there is none */
bool gt_format_find(const char *name, enum gt_format *format);

/* The argument after the core, "ADDR"; NULL when there is none. */
const char *gt_command_operand(const struct gt_command *command);

bool gt_command_has(const struct gt_command *command, const struct gt_option_row *row);

/* Opens the output of a command, unless there was an error. The progress line is removed first. */
struct gt_output;
struct gt_error *gt_run_output(struct gt_run *run, struct gt_error *error,
                               struct gt_output *output);

typedef struct gt_error *gt_write_fn(const struct gt_report *report, enum gt_format format,
                                     const struct gt_style *style, FILE *to);
/* Writes a part of a report. Takes over both the report and the error of making it. */
struct gt_error *gt_run_write_part(struct gt_run *run, struct gt_error *error,
                                   struct gt_report *report, gt_write_fn *write);
/* The same for a view, which `show` and `global` make. */
struct gt_error *gt_run_write_view(struct gt_run *run, struct gt_error *error,
                                   struct gt_view *view);

/* Runs the command of the options; *status is set when there is no error. */
struct gt_error *gt_command_run(const struct gt_options *options, enum gt_status *status);
/* The same with a core that is already open. */
struct gt_error *gt_command_answer(const struct gt_options *options, struct gt_analysis *analysis,
                                   struct gt_progress *progress, enum gt_status *status);

#endif
