#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/base/str.h"
#include "inspector/cli/growth.h"
#include "inspector/cli/help.h"
#include "inspector/cli/output.h"
#include "inspector/cli/questions.h"
#include "inspector/cli/shell.h"

#include <string.h>

/* ---- --fail-on --------------------------------------------------------------------------------
 */

static bool meets(const struct gt_finding *finding, const struct gt_fail_on *rule)
{
    bool kind = rule->kind == GT_KINDS || rule->kind == (unsigned)finding->kind;

    return kind && finding->bytes_freed >= rule->bytes;
}

/* A rule without a size holds for small findings, too, but not for those that only a person can
 * judge. "any" does not mean parts of blocks, which every program has. */
static bool met_by_small(const struct gt_report *report, const struct gt_fail_on *rule)
{
    for (unsigned kind = 0; kind < GT_KINDS && rule->bytes == 0; kind++) {
        const struct gt_smaller *smaller = &report->smaller[kind];
        bool named = rule->kind == kind || (rule->kind == GT_KINDS && !gt_kind_is_of_parts(kind));
        if (named && smaller->findings > smaller->suspects) return true;
    }
    return false;
}

static bool met(const struct gt_report *report, const struct gt_fail_on *rule)
{
    for (size_t i = 0; i < report->finding_count; i++)
        if (meets(&report->findings[i], rule)) return true;
    return met_by_small(report, rule);
}

/* The kinds that a rule speaks of and that could not be looked for. */
static size_t unseen(const struct gt_report *report, const struct gt_fail_on *rule,
                     struct gt_str *names)
{
    size_t count = 0;

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        if (report->looked_for[kind] || (rule->kind != GT_KINDS && rule->kind != kind)) continue;
        gt_str_format(names, "%s%s", count++ ? ", " : "", gt_kind_name(kind));
    }
    return count;
}

/*
 * A gate that could not look must not read like one that found nothing: an error when none of
 * the kinds that it asks about could be looked for, a warning when some could not.
 */
static struct gt_error *blind(const struct gt_report *report, const struct gt_fail_on *rule,
                              bool quiet)
{
    struct gt_str names = {0};
    struct gt_error *error = NULL;
    size_t count = unseen(report, rule, &names);

    if (count && (rule->kind != GT_KINDS || count == GT_KINDS))
        error = gt_error_create(GT_ERR_MISSING,
                                "--fail-on names %s, which could not be looked for; "
                                "--coverage says why",
                                gt_str_text(&names));
    else if (count && !quiet)
        fprintf(stderr, "gotopsy: warning: could not look for %s\n", gt_str_text(&names));
    gt_str_deinit(&names);
    return error;
}

static struct gt_error *judge(const struct gt_report *report, struct gt_run *run)
{
    const struct gt_vec *rules = &run->options->fail_on;
    struct gt_error *error = NULL;

    for (size_t i = 0; i < rules->len; i++)
        if (met(report, gt_vec_at(rules, i))) run->status = GT_MET;
    for (size_t i = 0; i < rules->len && run->status == GT_DONE && !error; i++)
        error = blind(report, gt_vec_at(rules, i), run->options->quiet);
    return error;
}

/* ---- writing what an analysis made --------------------------------------------------------------
 */

/* The progress line goes first: both may be on one terminal. */
struct gt_error *gt_run_output(struct gt_run *run, struct gt_error *error, struct gt_output *output)
{
    gt_progress_deinit(run->progress);
    return error ? error : gt_output_open(output, run->options);
}

static struct gt_error *report(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_output output;
    struct gt_error *error = gt_report_create(analysis, &run->options->report, &report);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_report_write(report, run->options->format, &output.style, output.file));
    if (!error) error = judge(report, run);
    gt_report_destroy(report);
    return error;
}

static struct gt_error *check(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_check *check = NULL;
    struct gt_output output;
    struct gt_error *error = gt_check_create(analysis, &run->options->check, &check);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_check_write(check, run->options->format, &output.style, output.file));
    gt_check_destroy(check);
    return error;
}

typedef struct gt_error *write_fn(const struct gt_report *report, enum gt_format format,
                                  const struct gt_style *style, FILE *to);

/* Takes over both the report and the error that there was in making it. */
static struct gt_error *write_part(struct gt_run *run, struct gt_error *error,
                                   struct gt_report *report, write_fn *write)
{
    struct gt_output output;

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(&output,
                                write(report, run->options->format, &output.style, output.file));
    gt_report_destroy(report);
    return error;
}

static struct gt_error *goroutines(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report_options options = run->options->report;
    struct gt_report *report = NULL;

    options.arguments = run->options->format == GT_FORMAT_TRACEBACK;
    options.by_labels = run->options->format == GT_FORMAT_PPROF;
    struct gt_error *error = gt_report_create_goroutines(analysis, &options, &report);
    return write_part(run, error, report, gt_goroutines_write);
}

static struct gt_error *threads(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create_threads(analysis, &run->options->report, &report);

    return write_part(run, error, report, gt_threads_write);
}

static struct gt_error *memory(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create_memory(analysis, &run->options->report, &report);

    return write_part(run, error, report, gt_memory_write);
}

static struct gt_error *waits(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_wait_graph *graph = NULL;
    struct gt_output output;
    struct gt_error *error = gt_wait_graph_create(analysis, &run->options->waits, &graph);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_wait_graph_write(graph, run->options->format, &output.style, output.file));
    gt_wait_graph_destroy(graph);
    return error;
}

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

/* ---- version, help ----------------------------------------------------------------------------
 */

static struct gt_error *version(const struct gt_options *options)
{
    (void)options;
    puts("gotopsy " GT_VERSION);
    return NULL;
}

static struct gt_error *help(const struct gt_options *options)
{
    const struct gt_command *command = options->topic ? gt_command_find(options->topic) : NULL;

    if (options->topic && !command)
        return gt_error_create(GT_ERR_USAGE, "unknown command '%s'", options->topic);
    if (command)
        gt_help_command(command, stdout);
    else
        gt_help_overview(stdout);
    return NULL;
}

/* ---- the table ---------------------------------------------------------------------------------
 */

const struct gt_command gt_commands[] = {
    {"report", "CORE", "find memory leaks: bytes, holders, how to fix them (the default)",
     "Finds memory that the program keeps and does not need, of these kinds:\n",
     "  gotopsy core.4211                          the binary is found by its build ID\n"
     "  gotopsy core.zst --exe bin/server          the binary is given\n"
     "  gotopsy core --format=markdown -o leak.md  write a report for a ticket\n"
     "  gotopsy core --fail-on hung-goroutine --fail-on any:10MiB\n"
     "                                             exit with status 1 if it finds one of these\n",
     GT_DOCUMENT_REPORT, report, NULL},
    {"heap", "CORE", "show what fills the heap, by type, root or dominator",
     "Adds up the live heap in a table:\n"
     "  type       by Go's types. An array behind slices is named as these ([]T)\n"
     "  package    by the packages of the types\n"
     "  root       by the roots that alone lead to it: globals, variables of goroutines, timers\n"
     "  dominator  as a tree, in which each row is followed by what it alone keeps\n"
     "  site       by where it was allocated: the heap profile of the core, as runtime/pprof\n"
     "             scales it. A program that links no runtime.MemProfile takes none\n"
     "  container  by what holds maps, slices and channels: entries, room, spare bytes; and "
     "strings\n"
     "             with equal contents, which --show-data shows\n"
     "'retained' is what would be garbage without all objects of a row: they themselves, and what\n"
     "nothing else leads to. It has no sum over rows.\n",
     "  gotopsy heap core\n"
     "  gotopsy heap core --by root\n"
     "  gotopsy heap core --top 100 --min-bytes 1MiB\n"
     "  gotopsy heap core --top all --format=csv -o heap.csv\n",
     GT_DOCUMENT_HEAP, heap, NULL},
    {"check", "CORE", "compare the live objects with the garbage collector's marks",
     "Says how far the live set that reports are made from is the one that Go's garbage\n"
     "collector left in the core: exact, explained (each difference with its reason) or differs.\n",
     "  gotopsy check core\n"
     "  gotopsy check core --examples=50\n"
     "  gotopsy check core --format=json\n",
     GT_DOCUMENT_CHECK, check, NULL},
    {"goroutines", "CORE", "list the goroutines, grouped by stack",
     "Shows how the process died (panic, fatal error, signal), then all goroutines. Goroutines\n"
     "with the same stack are one group; the one that died comes first, then the largest group.\n"
     "--all lists them one by one, as Go prints them. --format=traceback adds the runtime's\n"
     "frames and goroutines, for tools that read Go's tracebacks.\n"
     "--format=pprof writes a gzipped goroutine profile for go tool pprof. Its second value is\n"
     "stack bytes; its labels are state, creator and wait time.\n"
     "--retained adds the heap bytes that each group alone keeps alive, and the variables that\n"
     "hold most of them. It reads the heap, so it takes as long as a report.\n",
     "  gotopsy goroutines core\n"
     "  gotopsy goroutines core --retained\n"
     "  gotopsy goroutines core --all\n"
     "  gotopsy goroutines core --format=traceback -o goroutines.txt\n"
     "  gotopsy goroutines core --format=pprof -o goroutines.pb.gz\n"
     "  go tool pprof -top goroutines.pb.gz\n",
     GT_DOCUMENT_GOROUTINES, goroutines, NULL},
    {"threads", "CORE", "show what each thread does, and for which goroutine",
     "Shows the threads of the process. A thread runs a goroutine, or is in C or in a system\n"
     "call for one, or works for the runtime, or is idle; threads that Go does not know are C's.\n"
     "The goroutine's stack follows the thread's own. C functions are shown for amd64 cores on\n"
     "amd64 hosts only.\n",
     "  gotopsy threads core\n"
     "  gotopsy threads core --all                 also show the stacks of idle threads\n",
     GT_DOCUMENT_THREADS, threads, NULL},
    {"waits", "CORE", "show who waits for what, who holds it, and who could wake whom",
     "Shows what blocked goroutines wait for (channels, mutexes, wait groups, conditions), who\n"
     "holds it, and who could still wake them, by which variable. Goroutines that are blocked\n"
     "forever come first, then deadlocks as cycles, then the rest. Goroutines that wait for I/O\n"
     "(with its file), for time, or in a synctest bubble come last.\n",
     "  gotopsy waits core\n"
     "  gotopsy waits core --goroutine 4711\n"
     "  gotopsy waits core --format=dot | dot -Tsvg -o waits.svg\n",
     GT_DOCUMENT_WAITS, waits, NULL},
    {"object", "CORE ADDR", "say what an address is, who points there, and what it retains",
     "Says what lies at an address. Of a heap object: its type and the field at that address, its\n"
     "span, whether it is live and the collector marked it, what would be freed with it, who\n"
     "points at it and where it points, its finalizer or cleanup, and where it was allocated if\n"
     "the heap profile sampled it. Of any other address: the goroutine's frame and variable, the\n"
     "global, the function, the runtime's structure or the file.\n",
     "  gotopsy object core 0xc000012080\n"
     "  gotopsy object core 0xc000012080 --format=json\n",
     GT_DOCUMENT_OBJECT, gt_question_object, NULL},
    {"diff", "OLD NEW", "show what grew between two cores",
     "Compares two cores of one process, or of two runs of a program. Things are the same when "
     "they\n"
     "have the same name, so addresses need not match: findings, the largest holders, goroutines\n"
     "with one stack, types, roots. Of each kind, what grew most comes first. Rates are given for\n"
     "two cores of one process.\n"
     "--fail-on growth[:SIZE] exits with 1 if the live heap grew by SIZE or more.\n",
     "  gotopsy diff core.monday core.tuesday --exe bin/server\n"
     "  gotopsy diff core.1 core.2 --fail-on growth:50MiB --format=markdown -o growth.md\n",
     GT_DOCUMENT_DIFF, gt_growth_command, NULL},
    {"memory", "CORE", "show where every mapped byte is, and why it is more than the live heap",
     "Shows a tree of all memory that the process had mapped: the Go heap with live objects,\n"
     "garbage, free slots and free pages, stacks, the runtime's own memory by kind, the program,\n"
     "C's heap, files, and address space that is only reserved. The parts sum to what was mapped.\n"
     "Beside each stands what of it the process had touched, as far as the core tells.\n"
     "MemStats are the numbers that the runtime itself counts (runtime.ReadMemStats).\n",
     "  gotopsy memory core\n"
     "  gotopsy memory core --format=json\n",
     GT_DOCUMENT_MEMORY, memory, NULL},
    {"shell", "CORE", "open the core once, and answer one command after the other",
     "Reads commands from the terminal, or from standard input, one a line, without the core:\n"
     "\"heap --by root\". The core is opened once, and the heap is marked once. The tab key\n"
     "completes commands and options; help lists the commands; quit, or the end of the input, "
     "ends\n"
     "the shell. Long output goes to PAGER (less), or to a file with -o. A command that fails\n"
     "leaves the shell open. When commands do not come from a terminal, the exit status is the\n"
     "largest of theirs, and with --format=json each command writes one document: what it found,\n"
     "or its error (the schema gotopsy-error/1).\n",
     "  gotopsy shell core.4211 --exe bin/server\n"
     "  gotopsy shell core --format=json <questions.txt\n",
     GT_DOCUMENTS, gt_shell, NULL},
    {"paths", "CORE ADDR", "show what keeps the object at an address alive",
     "Shows the shortest path to a heap object from each kind of root: global variables,\n"
     "goroutines' frames, finalizers and cleanups, timers, the runtime itself. Then more paths,\n"
     "none of which has an object in common with those before. The object becomes garbage when\n"
     "all of them are cut.\n",
     "  gotopsy paths core 0xc000012080\n"
     "  gotopsy paths core 0xc000012080 --max=100\n",
     GT_DOCUMENT_PATHS, gt_question_paths, NULL},
    {"show", "CORE ADDR[,TYPE]", "show the value at an address, field by field",
     "Shows a value by its type: fields of a struct, elements of an array or slice, entries of a\n"
     "map, what waits in a channel and who waits for it, what is in an interface, what a func\n"
     "captured. The type is that of the object, variable or field at the address, unless one is\n"
     "given. Pointers are followed one deep, or --depth. Contents of strings and bytes are shown\n"
     "with --show-data only.\n",
     "  gotopsy show core 0xc000012080\n"
     "  gotopsy show core 0xc000012080,main.session --depth=3\n"
     "  gotopsy show core '*(*main.session)(0xc000012080)'\n",
     GT_DOCUMENT_SHOW, gt_question_show, NULL},
    {"global", "CORE NAME", "show a global variable, and the heap that it retains",
     "Shows a package-level variable as show does, and the heap that would be freed without it.\n"
     "The name is that of the package's path and the variable, or the end of it. Names are in the\n"
     "binary's debug information.\n",
     "  gotopsy global core main.cache\n"
     "  gotopsy global core net/http.DefaultClient --depth=2\n",
     GT_DOCUMENT_SHOW, gt_question_global, NULL},
    {"goroutine", "CORE ID", "show one goroutine's frames, with the variables of each",
     "Shows the frames of a goroutine, innermost first, with their variables by name and type, as\n"
     "far as debug information tells them, and what each of them alone retains. Pointers of a\n"
     "frame that are no variable's are shown by their place, with the type of what they point to;\n"
     "without debug information these are all.\n",
     "  gotopsy goroutine core 18\n"
     "  gotopsy goroutine core 18 --depth=2\n",
     GT_DOCUMENT_GOROUTINE, gt_question_goroutine, NULL},
    {"version", "", "print the version", "Prints the version.\n", "  gotopsy version\n",
     GT_DOCUMENTS, NULL, version},
    {"help", "[COMMAND]", "explain a command, with examples",
     "Explains a command, or lists them.\n", "  gotopsy help report\n", GT_DOCUMENTS, NULL, help},
    {0},
};

const char *gt_command_operand(const struct gt_command *command)
{
    const char *space = strchr(command->argument, ' ');

    return space ? space + 1 : NULL;
}

const struct gt_command *gt_command_find(const char *name)
{
    for (const struct gt_command *command = gt_commands; command->name; command++)
        if (strcmp(command->name, name) == 0) return command;
    return NULL;
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

/* ---- running one --------------------------------------------------------------------------------
 */

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

/* `analysis`: NULL when the core is not open yet. */
static struct gt_error *answer(struct gt_run *run, struct gt_analysis *analysis)
{
    const struct gt_command *command = run->options->command;

    if (run->options->help && command->print != help) {
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
