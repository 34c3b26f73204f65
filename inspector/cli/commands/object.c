/* `object`: what an address is. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"
#include "inspector/cli/values/address.h"

static struct gt_error *read_operand(struct gt_options *options)
{
    options->object.most = options->most;
    return gt_address_parse(options->operand, &options->object.address);
}

static struct gt_error *object(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_object *object = NULL;
    struct gt_output output;
    struct gt_error *error = gt_object_create(analysis, &run->options->object, &object);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_object_write(object, run->options->format, &output.style, output.file));
    gt_object_destroy(object);
    return error;
}

const struct gt_command gt_command_object = {
    .name = "object",
    .argument = "CORE ADDR",
    .summary = "say what an address is, who points there, and what it retains",
    .description =
        "Says what lies at an address. Of a heap object: its type and the field at that address, "
        "its\n"
        "span, whether it is live and the collector marked it, what would be freed with it, who\n"
        "points at it and where it points, its finalizer or cleanup, and where it was allocated "
        "if\n"
        "the heap profile sampled it. Of any other address: the goroutine's frame and variable, "
        "the\n"
        "global, the function, the runtime's structure or the file.\n",
    .examples = "  gotopsy object core 0xc000012080\n"
                "  gotopsy object core 0xc000012080 --format=json\n",
    .document = GT_DOCUMENT_OBJECT,
    .options = {GT_OPTION_MAX},
    .read = read_operand,
    .analyse = object,
};
