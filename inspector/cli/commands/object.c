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
    .summary = "show what an address is, what points to it, and what it retains",
    .description =
        "Shows what is at an address. For a heap object: its type and the field at that\n"
        "address, its span, whether it is live and the collector marked it, what would be freed\n"
        "with it, what points to it and where it points, its finalizer or cleanup, and where it\n"
        "was allocated if the heap profile sampled it. For any other address: the goroutine's\n"
        "frame and variable, the global, the function, the runtime's structure or the file.\n",
    .examples = "  gotopsy object core 0xc000012080\n"
                "  gotopsy object core 0xc000012080 --format=json\n",
    .document = GT_DOCUMENT_OBJECT,
    .options = {GT_OPTION_MAX},
    .read = read_operand,
    .analyse = object,
};
