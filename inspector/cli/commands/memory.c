/* `memory`: where every mapped byte is. */
#include "inspector/cli/commands.h"

static struct gt_error *memory(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create_memory(analysis, &run->options->report, &report);

    return gt_run_write_part(run, error, report, gt_memory_write);
}

const struct gt_command gt_command_memory = {
    .name = "memory",
    .argument = "CORE",
    .summary = "show where every mapped byte is, and why it is more than the live heap",
    .description =
        "Shows a tree of all memory that the process had mapped: the Go heap with live objects,\n"
        "garbage, free slots and free pages, stacks, the runtime's own memory by kind, the\n"
        "program, C's heap, files, and address space that is only reserved. The parts sum to\n"
        "the mapped memory. Each part also has the bytes that the process had touched, as far\n"
        "as the core shows.\n"
        "MemStats are the runtime's own counters (runtime.ReadMemStats).\n",
    .examples = "  gotopsy memory core\n"
                "  gotopsy memory core --format=json\n",
    .document = GT_DOCUMENT_MEMORY,
    .analyse = memory,
};
