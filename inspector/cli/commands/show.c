/* `show`: the value at an address. */
#include "inspector/cli/commands.h"

#include "inspector/cli/values/address.h"

static struct gt_error *read_operand(struct gt_options *options)
{
    options->show.most = options->most;
    options->show.show_data = options->report.show_data;
    return gt_address_parse_typed(options->operand, &options->arena, &options->show.address,
                                  &options->show.type);
}

static struct gt_error *show(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_view *view = NULL;
    struct gt_error *error = gt_show_create(analysis, &run->options->show, &view);

    return gt_run_write_view(run, error, view);
}

const struct gt_command gt_command_show = {
    .name = "show",
    .argument = "CORE ADDR[,TYPE]",
    .summary = "show the value at an address, field by field",
    .description =
        "Shows a value by its type: fields of a struct, elements of an array or slice, entries\n"
        "of a map, the values and waiting goroutines of a channel, the value in an interface,\n"
        "what a func captured. The type is that of the object, variable or field at the\n"
        "address, unless one is given. --depth is the number of pointers that are followed.\n"
        "Contents of strings and bytes are shown only with --show-data.\n",
    .examples = "  gotopsy show core 0xc000012080\n"
                "  gotopsy show core 0xc000012080,main.session --depth=3\n"
                "  gotopsy show core '*(*main.session)(0xc000012080)'\n",
    .document = GT_DOCUMENT_SHOW,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_MAX, GT_OPTION_DEPTH},
    .read = read_operand,
    .analyse = show,
};
