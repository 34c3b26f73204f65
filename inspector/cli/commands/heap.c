/* `heap`: what fills the heap. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"

static struct gt_error *heap(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_heap_table *table = NULL;
    struct gt_output output;
    struct gt_error *error = gt_heap_table_create(analysis, &run->options->heap, &table);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_heap_table_write(table, run->options->format, &output.style, output.file));
    gt_heap_table_destroy(table);
    return error;
}

const struct gt_command gt_command_heap = {
    .name = "heap",
    .argument = "CORE",
    .summary = "show what fills the heap, by type, root or dominator",
    .description =
        "Adds up the live heap in a table:\n"
        "  type       by Go's types. The array of a slice has the slice's type ([]T)\n"
        "  package    by the packages of the types\n"
        "  root       by the roots that alone lead to it: globals, variables of goroutines, "
        "timers\n"
        "  dominator  as a tree, in which each row is followed by what it alone keeps\n"
        "  site       by allocation site: the heap profile of the core, scaled as in "
        "runtime/pprof.\n"
        "             A program that does not link runtime.MemProfile has no profile\n"
        "  container  by what holds maps, slices and channels: entries, room, spare bytes; and "
        "strings\n"
        "             with equal contents, which --show-data shows\n"
        "'retained' is what would be garbage without all objects of a row: these objects, and\n"
        "what only they lead to. It has no sum over rows.\n",
    .examples = "  gotopsy heap core\n"
                "  gotopsy heap core --by root\n"
                "  gotopsy heap core --top 100 --min-bytes 1MiB\n"
                "  gotopsy heap core --top all --format=csv -o heap.csv\n",
    .document = GT_DOCUMENT_HEAP,
    .options = {GT_OPTION_BY, GT_OPTION_TOP, GT_OPTION_MIN_BYTES, GT_OPTION_SHOW_DATA},
    .analyse = heap,
};
