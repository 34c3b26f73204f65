/* `threads`: what each thread does. */
#include "inspector/cli/commands.h"

static struct gt_error *threads(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create_threads(analysis, &run->options->report, &report);

    return gt_run_write_part(run, error, report, gt_threads_write);
}

const struct gt_command gt_command_threads = {
    .name = "threads",
    .argument = "CORE",
    .summary = "show what each thread does, and for which goroutine",
    .description =
        "Shows the threads of the process. A thread runs a goroutine, is in C or in a system\n"
        "call for one, works for the runtime, or is idle. Threads that Go does not know belong\n"
        "to C code. The goroutine's stack follows the thread's own. C functions are shown only\n"
        "for amd64 cores on amd64 hosts.\n",
    .examples =
        "  gotopsy threads core\n"
        "  gotopsy threads core --all                 also show the stacks of idle threads\n",
    .document = GT_DOCUMENT_THREADS,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_ALL},
    .analyse = threads,
};
