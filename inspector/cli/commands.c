/* The list of commands is made from commands.def. To run one: check the output, open the core
 * unless the shell has opened it, let the command analyse it and write, close it. */
#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/cli/help.h"
#include "inspector/cli/output.h"

#include <string.h>

const struct gt_command *const gt_commands[] = {
#define COMMAND(name) &gt_command_##name,
#include "inspector/cli/commands.def"
#undef COMMAND
    NULL,
};

const char *gt_command_operand(const struct gt_command *command)
{
    const char *space = strchr(command->argument, ' ');

    return space ? space + 1 : NULL;
}

const struct gt_command *gt_command_named(const char *name)
{
    for (size_t i = 0; gt_commands[i]; i++)
        if (strcmp(gt_commands[i]->name, name) == 0) return gt_commands[i];
    return NULL;
}

bool gt_command_has(const struct gt_command *command, const struct gt_option_row *row)
{
    if (row->scope == GT_FOR_ALL) return true;
    if (row->scope == GT_FOR_CORES || row->scope == GT_TO_OPEN) return command->analyse;
    if (row->scope == GT_FOR_DOCUMENTS) return command->document < GT_DOCUMENTS;
    for (size_t i = 0; i < GT_MOST_OWN_OPTIONS; i++)
        if (command->options[i] == row->option) return true;
    return false;
}

bool gt_format_find(const char *name, enum gt_format *format)
{
    for (unsigned i = 0; i < GT_FORMATS; i++) {
        if (strcmp(gt_format_name(i), name) != 0) continue;
        *format = i;
        return true;
    }
    return false;
}

/* ---- running a command --------------------------------------------------------------------- */

/* The progress line is removed first, since both may be on one terminal. */
struct gt_error *gt_run_output(struct gt_run *run, struct gt_error *error, struct gt_output *output)
{
    gt_progress_deinit(run->progress);
    return error ? error : gt_output_open(output, run->options);
}

struct gt_error *gt_run_write_part(struct gt_run *run, struct gt_error *error,
                                   struct gt_report *report, gt_write_fn *write)
{
    struct gt_output output;

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(&output,
                                write(report, run->options->format, &output.style, output.file));
    gt_report_destroy(report);
    return error;
}

struct gt_error *gt_run_write_view(struct gt_run *run, struct gt_error *error, struct gt_view *view)
{
    struct gt_output output;

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_view_write(view, run->options->format, &output.style, output.file));
    gt_view_destroy(view);
    return error;
}

static struct gt_error *open_and_analyse(struct gt_run *run)
{
    struct gt_core_options core = run->options->core;
    struct gt_analysis *analysis = NULL;

    if (gt_progress_wanted(run->progress)) {
        core.progress = gt_progress_step;
        core.progress_ctx = run->progress;
    }
    struct gt_error *error = gt_open(&core, &analysis);
    if (!error) error = run->options->command->analyse(analysis, run);
    gt_progress_deinit(run->progress);
    gt_close(analysis);
    return error;
}

/* `analysis` is NULL when the core is not open yet. */
static struct gt_error *answer(struct gt_run *run, struct gt_analysis *analysis)
{
    const struct gt_command *command = run->options->command;

    if (run->options->help && command != &gt_command_help) {
        gt_help_command(command, stdout);
        return NULL;
    }
    if (!command->analyse) return command->print(run->options);
    struct gt_error *error = gt_output_check(run->options);
    if (error) return error;
    return analysis ? command->analyse(analysis, run) : open_and_analyse(run);
}

struct gt_error *gt_command_run(const struct gt_options *options, enum gt_status *status)
{
    struct gt_progress progress;

    gt_progress_init(&progress, options);
    return gt_command_answer(options, NULL, &progress, status);
}

struct gt_error *gt_command_answer(const struct gt_options *options, struct gt_analysis *analysis,
                                   struct gt_progress *progress, enum gt_status *status)
{
    struct gt_run run = {.options = options, .progress = progress, .status = GT_DONE};
    struct gt_error *error = answer(&run, analysis);

    *status = run.status;
    return error;
}
