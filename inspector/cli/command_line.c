/* popt reads the options by a table made from their rows, and each row's function takes its value.
 * The other arguments are read next; then the command must accept all that was given. A line of the
 * shell takes the same way, with a stand-in for the core inserted after the command. */
#include "inspector/cli/command_line.h"

#include "inspector/base/error.h"
#include "inspector/base/str.h"
#include "inspector/cli/commands.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct gt_options *options, const char *text)
{
    return gt_arena_strndup(&options->arena, text, strlen(text));
}

/* The rows for popt, which returns the option of each row that it finds. */
static struct gt_vec popt_table(void)
{
    struct gt_vec table = GT_VEC_OF(struct poptOption);
    const struct poptOption end = {0};

    for (const struct gt_option_row *row = gt_option_rows; row->name; row++) {
        const struct poptOption option = {
            .longName = row->name,
            .shortName = row->letter,
            .argInfo = row->argument ? POPT_ARG_STRING : POPT_ARG_NONE,
            .val = (int)row->option,
        };
        gt_vec_add(&table, &option);
    }
    gt_vec_add(&table, &end);
    return table;
}

static struct gt_error *bad_option(poptContext context, int code)
{
    const char *option = poptBadOption(context, POPT_BADOPTION_NOALIAS);

    if (code == POPT_ERROR_NOARG) return gt_error_create(GT_ERR_USAGE, "%s needs a value", option);
    if (code == POPT_ERROR_BADOPT)
        return gt_error_create(GT_ERR_USAGE, "unknown option %s", option);
    return gt_error_create(GT_ERR_USAGE, "%s: %s", option, poptStrerror(code));
}

static struct gt_error *read_options(poptContext context, struct gt_options *options,
                                     uint64_t *seen)
{
    int code;

    while ((code = poptGetNextOpt(context)) > 0) {
        char *value = poptGetOptArg(context);
        struct gt_error *error = gt_option_rows[code - 1].apply(options, value);
        free(value);
        if (error) return error;
        *seen |= (uint64_t)1 << code;
    }
    return code < -1 ? bad_option(context, code) : NULL;
}

/* Reads the arguments that are no options: [COMMAND] CORE. */
static struct gt_error *read_arguments(struct gt_options *options, const char **arguments)
{
    static const char *none[] = {NULL};
    const struct gt_command *named;

    if (!arguments) arguments = none;
    named = arguments[0] ? gt_command_named(arguments[0]) : NULL;
    if (named) arguments++;
    if (!options->command) options->command = named ? named : gt_commands[0];
    if (!named && !arguments[0] && options->help) options->command = &gt_command_help;
    if (!options->command->analyse)
        options->topic = arguments[0] ? keep(options, arguments[0]) : NULL;
    else
        options->core.core_path = arguments[0] ? keep(options, arguments[0]) : NULL;
    if (!arguments[0] || !arguments[1]) return NULL;
    if (gt_command_operand(options->command) && !arguments[2]) {
        options->operand = keep(options, arguments[1]);
        return NULL;
    }
    if (!named) return gt_error_create(GT_ERR_USAGE, "unknown command '%s'", arguments[0]);
    return gt_error_create(GT_ERR_USAGE, "unexpected argument '%s'; expected gotopsy %s %s",
                           arguments[gt_command_operand(options->command) ? 2 : 1],
                           options->command->name, options->command->argument);
}

static struct gt_error *bad_format(const struct gt_command *command)
{
    struct gt_str names = {0};

    for (unsigned format = 0; format < GT_FORMATS; format++)
        if (gt_format_has(format, command->document))
            gt_str_format(&names, "%s%s", names.len ? ", " : "", gt_format_name(format));
    struct gt_error *error =
        gt_error_create(GT_ERR_USAGE, "%s supports %s", command->name, gt_str_text(&names));
    gt_str_deinit(&names);
    return error;
}

static struct gt_error *check_operands(const struct gt_options *options)
{
    const struct gt_command *command = options->command;

    if (!options->core.core_path)
        return gt_error_create(GT_ERR_USAGE, "no core file given: gotopsy %s %s", command->name,
                               command->argument);
    if (gt_command_operand(command) && !options->operand)
        return gt_error_create(GT_ERR_USAGE, "no %s given: gotopsy %s %s",
                               gt_command_operand(command), command->name, command->argument);
    if (command->document < GT_DOCUMENTS && !gt_format_has(options->format, command->document))
        return bad_format(command);
    return NULL;
}

static struct gt_error *check_command(const struct gt_options *options, uint64_t seen,
                                      bool in_shell)
{
    const struct gt_command *command = options->command;

    for (const struct gt_option_row *row = gt_option_rows; row->name; row++) {
        if (!(seen >> row->option & 1)) continue;
        if (!gt_command_has(command, row))
            return gt_error_create(GT_ERR_USAGE, "%s has no option --%s", command->name, row->name);
        if (in_shell && row->scope == GT_TO_OPEN)
            return gt_error_create(GT_ERR_USAGE, "the core is open: give --%s to gotopsy shell",
                                   row->name);
    }
    return command->analyse && !options->help ? check_operands(options) : NULL;
}

static void begin(struct gt_options *options)
{
#define SET_SIZE(type, member) options->member.size = sizeof options->member;
    *options = (struct gt_options){.fail_on = GT_VEC_OF(struct gt_fail_on),
                                   .exe_paths = GT_VEC_OF(const char *)};
    GT_CALL_OPTIONS(SET_SIZE)
#undef SET_SIZE
}

/* The shell's own options hold for its lines, unless a line changes them. */
static void begin_line(struct gt_options *options, const struct gt_options *shell)
{
    begin(options);
    options->colour = shell->colour;
    options->progress = shell->progress;
    options->quiet = shell->quiet;
    options->timings = shell->timings;
    options->width = shell->width;
    options->report.show_data = shell->report.show_data;
}

static void inherit_format(struct gt_options *options, const struct gt_options *shell)
{
    if (!options->format_given && gt_format_has(shell->format, options->command->document))
        options->format = shell->format;
}

static struct gt_error *parse(int argc, const char **argv, const struct gt_options *shell,
                              struct gt_options *options)
{
    struct gt_vec table = popt_table();
    uint64_t seen = 0;
    poptContext context = poptGetContext(NULL, argc, argv, table.data, 0);
    struct gt_error *error = read_options(context, options, &seen);
    if (!error) error = read_arguments(options, poptGetArgs(context));
    if (!error && shell) inherit_format(options, shell);
    if (!error) error = check_command(options, seen, shell);
    if (!error && options->command->read && !options->help) error = options->command->read(options);
    poptFreeContext(context);
    gt_vec_deinit(&table);
    return error;
}

/* NULL when the environment names no place. */
static const char *cache_path(struct gt_options *options)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (cache && *cache == '/') return gt_arena_format(&options->arena, "%s/gotopsy", cache);
    if (home && *home == '/') return gt_arena_format(&options->arena, "%s/.cache/gotopsy", home);
    return NULL;
}

struct gt_error *gt_options_parse(int argc, const char **argv, struct gt_options *options)
{
    static const char *const end = NULL;

    begin(options);
    struct gt_error *error = parse(argc, argv, NULL, options);
    if (options->exe_paths.len) {
        gt_vec_add(&options->exe_paths, &end);
        options->core.exe_paths = options->exe_paths.data;
    }
    if (!options->no_cache) options->core.cache_path = cache_path(options);
    return error;
}

/* The words of the line, with the core inserted after the command if the command takes one. */
static struct gt_vec with_core(const struct gt_command *command, int argc, const char **argv)
{
    static const char *const program = "gotopsy", *const core = "CORE", *const end = NULL;
    struct gt_vec words = GT_VEC_OF(const char *);

    gt_vec_add(&words, &program);
    gt_vec_add(&words, &argv[0]);
    if (command->analyse) gt_vec_add(&words, &core);
    for (int i = 1; i < argc; i++)
        gt_vec_add(&words, &argv[i]);
    gt_vec_add(&words, &end);
    return words;
}

static struct gt_error *parse_words(const struct gt_options *shell, int argc, const char **argv,
                                    struct gt_options *options)
{
    const struct gt_command *command = gt_command_named(argv[0]);

    if (!command)
        return gt_error_create(GT_ERR_USAGE, "unknown command '%s'; help lists them", argv[0]);
    if (command == shell->command)
        return gt_error_plain(GT_ERR_USAGE, "this is the shell; help lists its commands");
    struct gt_vec words = with_core(command, argc, argv);
    struct gt_error *error = parse((int)words.len - 1, words.data, shell, options);
    gt_vec_deinit(&words);
    return error;
}

struct gt_error *gt_options_parse_line(const struct gt_options *shell, const char *line,
                                       struct gt_options *options)
{
    const char **argv = NULL;
    int argc = 0, code = poptParseArgvString(line, &argc, &argv);

    begin_line(options, shell);
    if (code)
        return gt_error_create(GT_ERR_USAGE, "cannot split the line into words: %s",
                               poptStrerror(code));
    struct gt_error *error = parse_words(shell, argc, argv, options);
    options->core = shell->core;
    free(argv);
    return error;
}

void gt_options_deinit(struct gt_options *options)
{
    gt_vec_deinit(&options->fail_on);
    gt_vec_deinit(&options->exe_paths);
    gt_arena_deinit(&options->arena);
}
