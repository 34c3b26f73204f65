#include "inspector/cli/options.h"

#include "inspector/base/error.h"
#include "inspector/cli/arguments.h"
#include "inspector/cli/commands.h"
#include "inspector/cli/values/size.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_WIDTH = 40, MOST_WIDTH = 1000, MOST_INSTANCES = 1000000, MOST_DEPTH = 100 };

/* ---- one function for each option ----------------------------------------------------------- */

static const char *keep(struct gt_options *options, const char *text)
{
    return gt_arena_strndup(&options->arena, text, strlen(text));
}

static struct gt_error *set_exe(struct gt_options *options, const char *value)
{
    const char *path = keep(options, value);

    gt_vec_add(&options->exe_paths, &path);
    return NULL;
}

static struct gt_error *set_sysroot(struct gt_options *options, const char *value)
{
    options->core.sysroot = keep(options, value);
    return NULL;
}

static struct gt_error *set_force_exe(struct gt_options *options, const char *value)
{
    (void)value;
    options->core.force_exe = true;
    return NULL;
}

static struct gt_error *set_in_memory(struct gt_options *options, const char *value)
{
    (void)value;
    options->core.in_memory = true;
    return NULL;
}

static struct gt_error *set_max_unpacked(struct gt_options *options, const char *value)
{
    bool sized = gt_size_parse(value, &options->core.max_unpacked) && options->core.max_unpacked;

    return sized ? NULL : gt_size_error("--max-unpacked", value);
}

static struct gt_error *set_format(struct gt_options *options, const char *value)
{
    options->format_given = true;
    if (gt_format_find(value, &options->format)) return NULL;
    return gt_error_create(GT_ERR_USAGE, "unknown format '%s'; --help lists them", value);
}

static struct gt_error *set_output(struct gt_options *options, const char *value)
{
    if (!*value) return gt_error_create(GT_ERR_USAGE, "-o needs the name of a file");
    options->output = strcmp(value, "-") == 0 ? NULL : keep(options, value);
    return NULL;
}

static struct gt_error *set_min_bytes(struct gt_options *options, const char *value)
{
    uint64_t bytes;

    if (!gt_size_parse(value, &bytes)) return gt_size_error("--min-bytes", value);
    options->report.min_bytes = bytes ? bytes : 1; /* 0 asks for the default */
    options->heap.min_bytes = bytes;
    options->diff.min_bytes = bytes ? bytes : 1;
    options->min_bytes_given = true;
    return NULL;
}

static bool find_kind(const char *name, size_t length, unsigned *kind)
{
    const char *known;

    for (*kind = 0; (known = gt_argument_word("KIND[:SIZE]", NULL, *kind)); ++*kind)
        if (strlen(known) == length && memcmp(known, name, length) == 0) return true;
    return false;
}

static struct gt_error *set_fail_on(struct gt_options *options, const char *value)
{
    struct gt_fail_on rule = {0};
    size_t length = strcspn(value, ":");

    if (!find_kind(value, length, &rule.kind))
        return gt_error_create(GT_ERR_USAGE,
                               "--fail-on: unknown kind '%.*s'; 'gotopsy report --help' lists them",
                               (int)length, value);
    if (value[length] && !gt_size_parse(value + length + 1, &rule.bytes))
        return gt_size_error("--fail-on", value + length + 1);
    gt_vec_add(&options->fail_on, &rule);
    return NULL;
}

static struct gt_error *parse_number(const char *name, const char *value, unsigned long least,
                                     unsigned long most, unsigned long *number)
{
    char *end;

    *number = strtoul(value, &end, 10);
    if (*value >= '0' && *value <= '9' && !*end && *number >= least && *number <= most) return NULL;
    return gt_error_create(GT_ERR_USAGE, "%s takes a number from %lu to %lu, not '%s'", name, least,
                           most, value);
}

static struct gt_error *set_instances(struct gt_options *options, const char *value)
{
    unsigned long number = SIZE_MAX;
    bool all = strcmp(value, "all") == 0;
    struct gt_error *error =
        all ? NULL : parse_number("--instances", value, 1, MOST_INSTANCES, &number);

    if (!error) options->report.instances = number;
    return error;
}

static struct gt_error *set_top(struct gt_options *options, const char *value)
{
    unsigned long number = SIZE_MAX;
    bool all = strcmp(value, "all") == 0;
    struct gt_error *error = all ? NULL : parse_number("--top", value, 1, MOST_INSTANCES, &number);

    if (!error) options->heap.top = options->diff.top = number;
    return error;
}

static struct gt_error *set_by(struct gt_options *options, const char *value)
{
    for (unsigned by = 0; by < GT_HEAP_BYS; by++) {
        if (strcmp(value, gt_heap_by_name(by)) != 0) continue;
        options->heap.by = by;
        return NULL;
    }
    return gt_error_create(GT_ERR_USAGE,
                           "--by: there is no table '%s'; 'gotopsy heap --help' lists them", value);
}

static struct gt_error *set_examples(struct gt_options *options, const char *value)
{
    unsigned long number;
    struct gt_error *error = parse_number("--examples", value, 1, MOST_INSTANCES, &number);

    if (!error) options->check.examples = number;
    return error;
}

static struct gt_error *set_goroutine(struct gt_options *options, const char *value)
{
    unsigned long number;
    struct gt_error *error = parse_number("--goroutine", value, 1, LONG_MAX, &number);

    if (!error) options->waits.goroutine = number;
    return error;
}

static struct gt_error *set_max(struct gt_options *options, const char *value)
{
    unsigned long number;
    struct gt_error *error = parse_number("--max", value, 1, MOST_INSTANCES, &number);

    if (!error) options->most = number;
    return error;
}

static struct gt_error *set_depth(struct gt_options *options, const char *value)
{
    unsigned long number;
    struct gt_error *error = parse_number("--depth", value, 1, MOST_DEPTH, &number);

    if (!error) options->show.depth = number;
    return error;
}

static struct gt_error *set_width(struct gt_options *options, const char *value)
{
    unsigned long number;
    struct gt_error *error = parse_number("--width", value, LEAST_WIDTH, MOST_WIDTH, &number);

    if (!error) options->width = (unsigned)number;
    return error;
}

static struct gt_error *set_show_data(struct gt_options *options, const char *value)
{
    (void)value;
    options->report.show_data = options->heap.show_data = true;
    return NULL;
}

static struct gt_error *set_no_holders(struct gt_options *options, const char *value)
{
    (void)value;
    options->report.no_holders = true;
    return NULL;
}

static struct gt_error *set_retained(struct gt_options *options, const char *value)
{
    (void)value;
    options->report.retained = true;
    return NULL;
}

static struct gt_error *set_all(struct gt_options *options, const char *value)
{
    (void)value;
    options->all = true;
    return NULL;
}

static struct gt_error *parse_when(const char *name, const char *value, enum gt_when *when)
{
    const char *word;

    for (unsigned i = 0; (word = gt_argument_word("WHEN", NULL, i)); i++) {
        if (strcmp(value, word) != 0) continue;
        *when = i;
        return NULL;
    }
    return gt_error_create(GT_ERR_USAGE, "%s takes auto, always or never, not '%s'", name, value);
}

static struct gt_error *set_colour(struct gt_options *options, const char *value)
{
    return parse_when("--colour", value, &options->colour);
}

static struct gt_error *set_progress(struct gt_options *options, const char *value)
{
    if (strcmp(value, "always") == 0)
        return gt_error_create(GT_ERR_USAGE, "--progress takes auto or never, not 'always'");
    return parse_when("--progress", value, &options->progress);
}

static struct gt_error *set_quiet(struct gt_options *options, const char *value)
{
    (void)value;
    options->quiet = true;
    return NULL;
}

static struct gt_error *set_help(struct gt_options *options, const char *value)
{
    (void)value;
    options->help = true;
    return NULL;
}

static struct gt_error *set_version(struct gt_options *options, const char *value)
{
    (void)value;
    options->command = gt_command_find("version");
    return NULL;
}

const struct gt_option_row gt_option_rows[] = {
    {"exe", 0, "PATH", "the binary, or a folder that has it (may be given more than once)",
     GT_FOR_CORES | GT_TO_OPEN, set_exe},
    {"sysroot", 0, "DIR", "look for the paths in the core under DIR (a container's root)",
     GT_FOR_CORES | GT_TO_OPEN, set_sysroot},
    {"force-exe", 0, NULL, "use the binary although its build ID differs",
     GT_FOR_CORES | GT_TO_OPEN, set_force_exe},
    {"in-memory", 0, NULL, "unpack the core into memory, not into a file under TMPDIR",
     GT_FOR_CORES | GT_TO_OPEN, set_in_memory},
    {"max-unpacked", 0, "SIZE", "unpack no more than SIZE (default: four times the memory)",
     GT_FOR_CORES | GT_TO_OPEN, set_max_unpacked},
    {"format", 0, "FORMAT", "the output format, one of those above", GT_FOR_CORES, set_format},
    {"output", 'o', "FILE", "write to FILE; it is complete or it is not there", GT_FOR_ANALYSES,
     set_output},
    {"by", 0, "TABLE", "what to add up the heap by, one of those above (default: type)",
     GT_FOR_HEAP, set_by},
    {"top", 0, "N", "rows to show, or all (default: 30, of a diff 10 a section)",
     GT_FOR_HEAP | GT_FOR_DIFF, set_top},
    {"min-bytes", 0, "SIZE", "smallest finding, row or change (report: 64KiB or 0.1% of live)",
     GT_FOR_REPORT | GT_FOR_HEAP | GT_FOR_DIFF, set_min_bytes},
    {"fail-on", 0, "KIND[:SIZE]", "exit with 1 if a finding of KIND (or any) frees SIZE or more",
     GT_FOR_REPORT | GT_FOR_DIFF, set_fail_on},
    {"instances", 0, "N", "examples for each finding, or all (default: 20)", GT_FOR_REPORT,
     set_instances},
    {"examples", 0, "N", "objects shown of each difference (default: 10)", GT_FOR_CHECK,
     set_examples},
    {"no-holders", 0, NULL, "leave out the largest holders of the heap", GT_FOR_REPORT,
     set_no_holders},
    {"show-data", 0, NULL, "show the first bytes of strings",
     GT_FOR_REPORT | GT_FOR_GOROUTINES | GT_FOR_THREADS | GT_FOR_SHOW | GT_FOR_GOROUTINE |
         GT_FOR_SHELL | GT_FOR_HEAP,
     set_show_data},
    {"coverage", 0, NULL, "list everything that was not analysed, and every example", GT_FOR_REPORT,
     set_all},
    {"all", 0, NULL, "include runtime goroutines; list one by one, as Go prints them",
     GT_FOR_GOROUTINES | GT_FOR_THREADS, set_all},
    {"retained", 0, NULL, "add the heap that they keep alive, and the variables that hold it",
     GT_FOR_GOROUTINES, set_retained},
    {"goroutine", 0, "ID", "show this goroutine only", GT_FOR_WAITS, set_goroutine},
    {"max", 0, "N", "show at most N (default: 10 paths, 20 of what else there is)",
     GT_FOR_OBJECT | GT_FOR_PATHS | GT_FOR_SHOW | GT_FOR_GOROUTINE, set_max},
    {"depth", 0, "N", "follow pointers N deep (default: 1; goroutine: 0)",
     GT_FOR_SHOW | GT_FOR_GOROUTINE, set_depth},
    {"colour", 0, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never",
     GT_FOR_CORES, set_colour},
    {"color", 0, "WHEN", NULL, GT_FOR_CORES, set_colour},
    {"width", 0, "N", "columns of text (default: the terminal's, 60 to 120; else 100)",
     GT_FOR_CORES, set_width},
    {"progress", 0, "auto|never", "auto: on a terminal, when it takes long", GT_FOR_CORES,
     set_progress},
    {"quiet", 0, NULL, "print only errors on standard error", GT_FOR_CORES, set_quiet},
    {"help", 'h', NULL, "print this help", GT_FOR_ALL, set_help},
    {"version", 0, NULL, "print the version", GT_FOR_ALL, set_version},
    {NULL, 0, NULL, NULL, 0, NULL},
};
