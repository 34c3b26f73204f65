/* `goroutines`: all goroutines, in groups or one by one. */
#include "inspector/cli/commands.h"

static struct gt_error *goroutines(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report_options options = run->options->report;
    struct gt_report *report = NULL;

    options.arguments = run->options->format == GT_FORMAT_TRACEBACK;
    options.by_labels = run->options->format == GT_FORMAT_PPROF;
    struct gt_error *error = gt_report_create_goroutines(analysis, &options, &report);
    return gt_run_write_part(run, error, report, gt_goroutines_write);
}

/* --all lists goroutines one by one, so a traceback is the format, unless another one was asked
 * for. */
static struct gt_error *choose_format(struct gt_options *options)
{
    if (options->all && !options->format_given) options->format = GT_FORMAT_TRACEBACK;
    return NULL;
}

const struct gt_command gt_command_goroutines = {
    .name = "goroutines",
    .argument = "CORE",
    .summary = "list the goroutines, grouped by stack",
    .description =
        "Shows how the process died (panic, fatal error, signal), then all goroutines. Goroutines\n"
        "with the same stack are one group; the one that died comes first, then the largest "
        "group.\n"
        "--all lists them one by one, as Go prints them. --format=traceback adds the runtime's\n"
        "frames and goroutines, for tools that read Go's tracebacks.\n"
        "--format=pprof writes a gzipped goroutine profile for go tool pprof. Its second value is\n"
        "stack bytes; its labels are state, creator and wait time.\n"
        "--retained adds the heap bytes that each group alone keeps alive, and the variables that\n"
        "hold most of them. It reads the heap, so it takes as long as a report.\n",
    .examples = "  gotopsy goroutines core\n"
                "  gotopsy goroutines core --retained\n"
                "  gotopsy goroutines core --all\n"
                "  gotopsy goroutines core --format=traceback -o goroutines.txt\n"
                "  gotopsy goroutines core --format=pprof -o goroutines.pb.gz\n"
                "  go tool pprof -top goroutines.pb.gz\n",
    .document = GT_DOCUMENT_GOROUTINES,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_ALL, GT_OPTION_RETAINED},
    .read = choose_format,
    .analyse = goroutines,
};
