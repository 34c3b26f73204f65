/* One function for each option parses its value, and stores it for every call that takes it.
 * options.def names the functions. */
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
    options->heap.min_bytes = options->find.min_bytes = bytes;
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

static struct gt_error *set_threads(struct gt_options *options, const char *value)
{
    enum { MOST_THREADS = 1024 };
    unsigned long number = 0;
    struct gt_error *error = parse_number("--threads", value, 1, MOST_THREADS, &number);

    options->core.threads = (unsigned)number;
    return error;
}

static struct gt_error *set_no_cache(struct gt_options *options, const char *value)
{
    (void)value;
    options->no_cache = true;
    return NULL;
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

    if (!error) options->heap.top = options->find.top = options->diff.top = number;
    return error;
}

/* Given more than once, all of them must hold. */
static struct gt_error *set_where(struct gt_options *options, const char *value)
{
    const char *before = options->find.where;

    options->find.where =
        before ? gt_arena_format(&options->arena, "%s && %s", before, value) : keep(options, value);
    return NULL;
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

static struct gt_error *set_no_history(struct gt_options *options, const char *value)
{
    (void)value;
    options->no_history = true;
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

static struct gt_error *set_timings(struct gt_options *options, const char *value)
{
    (void)value;
    options->timings = true;
    return NULL;
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
    options->command = &gt_command_version;
    return NULL;
}

const struct gt_option_row gt_option_rows[] = {
#define OPTION(option, ...) {GT_OPTION_##option, __VA_ARGS__},
#include "inspector/cli/options.def"
#undef OPTION
    {.name = NULL},
};

_Static_assert(GT_OPTIONS <= 64, "a set of options is the bits of a uint64_t");
