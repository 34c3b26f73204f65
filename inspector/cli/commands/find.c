/* `find`: the objects of a type. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"

static struct gt_error *read_operand(struct gt_options *options)
{
    options->find.type = options->operand;
    options->find.show_data = options->report.show_data;
    return NULL;
}

static struct gt_error *find(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_find *find = NULL;
    struct gt_output output;
    struct gt_error *error = gt_find_create(analysis, &run->options->find, &find);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_find_write(find, run->options->format, &output.style, output.file));
    gt_find_destroy(find);
    return error;
}

const struct gt_command gt_command_find = {
    .name = "find",
    .argument = "CORE TYPE",
    .summary = "list the objects of a type, what retains most first",
    .description =
        "Lists the live heap objects of a type: what each retains, and the field or variable that\n"
        "points to it. A type is named as in 'gotopsy heap', or by the end of that name. *T is\n"
        "the same as T.\n"
        "--where keeps those that meet conditions, joined by &&:\n"
        "  qty > 5            a field; . is the object itself. Also == != < <= >=\n"
        "  next.owner.id > 5  pointers are followed, embedded structs are looked into\n"
        "  len(name) > 100    of strings, slices, arrays, maps and channels; cap(buf)\n"
        "  len(buf) < cap(buf)\n"
        "  next == nil        of pointers, slices, maps, channels, funcs and interfaces\n"
        "  closed, !closed    of bools\n"
        "  name == \"x\"        with --show-data only: contents of strings are secrets\n"
        "An object whose memory the core lacks is no match. The output has the number of these.\n"
        "Values of the type in other objects are listed apart, by what their block retains: "
        "fields,\n"
        "elements of slices by length, keys and values of maps, what waits in channels.\n",
    .examples = "  gotopsy find core main.session\n"
                "  gotopsy find core main.session --where 'len(token) > 100 && user != nil'\n"
                "  gotopsy find core 'map[string]*main.price' --where 'len(.) > 1000'\n"
                "  gotopsy find core main.session --top all --format=csv -o sessions.csv\n",
    .document = GT_DOCUMENT_FIND,
    .options = {GT_OPTION_WHERE, GT_OPTION_TOP, GT_OPTION_MIN_BYTES, GT_OPTION_SHOW_DATA},
    .read = read_operand,
    .analyse = find,
};
