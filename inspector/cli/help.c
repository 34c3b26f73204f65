/* Prints constant rows, and the rows of the tables of commands, options, kinds and formats. */
#include "inspector/cli/help.h"

enum { NAME_COLUMNS = 26 };

const char gt_help_cores[] =
    "A core may be compressed (zstd, lz4, xz, gzip), and - is standard input.\n"
    "A core that is named like a command: ./report\n"
    "gcore reads and writes every page that the process has reserved, which may end a process\n"
    "in a container. A core by the kernel has only what was used: docs/usage.md says how to take\n"
    "one.\n";

const struct gt_help_row gt_help_statuses[] = {
    {"0", "analysed"},    {"1", "analysed, and a finding met --fail-on"},
    {"2", "wrong usage"}, {"3", "not analysed, or the output was not written"},
    {NULL, NULL},
};

const struct gt_help_row gt_help_environment[] = {
    {"TMPDIR", "where a compressed core is unpacked (default: /tmp)"},
    {"DEBUGINFOD_URLS", "servers that are asked for missing debug information"},
    {"NO_COLOR", "if set: no colour, unless --colour=always"},
    {"PAGER", "what shows the shell's output (default: less -FRX; empty: nothing)"},
    {"XDG_STATE_HOME", "the shell's lines are kept in gotopsy/history there (~/.local/state)"},
    {"XDG_CACHE_HOME", "layouts of binaries are kept in gotopsy there (~/.cache)"},
    {"HOME", "where ~ is"},
    {"TERM", "if dumb: no colour and no progress"},
    {NULL, NULL},
};

static void put_rows(const char *title, const struct gt_help_row *rows, FILE *to)
{
    fprintf(to, "\n%s:\n", title);
    for (const struct gt_help_row *row = rows; row->name; row++)
        fprintf(to, "  %-16s %s\n", row->name, row->text);
}

static void put_exit_statuses(FILE *to)
{
    fputs("\nExit status:\n", to);
    for (const struct gt_help_row *row = gt_help_statuses; row->name; row++)
        fprintf(to, "  %s  %s\n", row->name, row->text);
}

void gt_help_overview(FILE *to)
{
    fputs("gotopsy " GT_HELP_PURPOSE ":\n" GT_HELP_SAYS ".\n\n"
          "usage: gotopsy " GT_HELP_USAGE "\n\n",
          to);
    for (size_t i = 0; gt_commands[i]; i++)
        fprintf(to, "  %-10s %-10s %s\n", gt_commands[i]->name, gt_commands[i]->argument,
                gt_commands[i]->summary);
    fprintf(to, "\n%s\nOptions of each command: gotopsy COMMAND --help\n%s",
            gt_command_report.examples, gt_help_cores);
    put_rows("Environment", gt_help_environment, to);
    put_exit_statuses(to);
}

void gt_help_describe(const struct gt_command *command, struct gt_str *to)
{
    gt_str_add(to, command->description);
    for (unsigned kind = 0; command->finds && kind < GT_KINDS; kind++)
        gt_str_format(to, "  %-16s %s\n", gt_kind_name(kind), gt_kind_summary(kind));
}

static void put_formats(const struct gt_command *command, FILE *to)
{
    const char *before = "\nFormats: ";

    for (unsigned format = 0; format < GT_FORMATS; format++) {
        if (!gt_format_has(format, command->document)) continue;
        fprintf(to, "%s%s%s", before, gt_format_name(format),
                format == GT_FORMAT_TEXT ? " (the default)" : "");
        before = ", ";
    }
    if (command->analyse) putc('\n', to);
}

static void put_option(const struct gt_option_row *row, FILE *to)
{
    int columns = row->letter ? fprintf(to, "  -%c, --%s", row->letter, row->name)
                              : fprintf(to, "  --%s", row->name);

    if (row->argument) columns += fprintf(to, "=%s", row->argument);
    fprintf(to, "%*s%s\n", columns < NAME_COLUMNS ? NAME_COLUMNS - columns : 1, "", row->help);
}

void gt_help_command(const struct gt_command *command, FILE *to)
{
    struct gt_str description = {0};

    gt_help_describe(command, &description);
    fprintf(to, "usage: gotopsy %s %s [OPTION]...\n\n%s", command->name, command->argument,
            gt_str_text(&description));
    gt_str_deinit(&description);
    put_formats(command, to);
    fputs("\nOptions:\n", to);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
        if (row->help && gt_command_has(command, row)) put_option(row, to);
    fprintf(to, "\nExamples:\n%s", command->examples);
    if (command->analyse) put_exit_statuses(to);
}
