#include "inspector/cli/help.h"

enum { NAME_COLUMNS = 26 };

static void put_exit_statuses(FILE *to)
{
    fputs("\nExit status: 0 analysed; 1 analysed, and a finding met --fail-on; 2 wrong usage;\n"
          "3 not analysed, or the output was not written.\n",
          to);
}

void gt_help_overview(FILE *to)
{
    fputs("gotopsy finds memory leaks in the core dump of a Go program: how many bytes, what\n"
          "holds them, and how to fix it.\n\n"
          "usage: gotopsy [COMMAND] CORE [OPTION]...\n\n",
          to);
    for (const struct gt_command *command = gt_commands; command->name; command++)
        fprintf(to, "  %-10s %-10s %s\n", command->name, command->argument, command->summary);
    fprintf(to,
            "\n%s\nOptions of each command: gotopsy COMMAND --help. A core may be compressed "
            "(zstd,\nlz4, xz, gzip), and - is standard input.\nA core that is named like a "
            "command: ./report\n"
            "GOTOPSY_TIMINGS=1 in the environment: tells the CPU time of each stage on stderr.\n",
            gt_commands[0].examples);
    put_exit_statuses(to);
}

static void put_formats(const struct gt_command *command, FILE *to)
{
    const char *before = "\nFormats: ", *name;

    for (unsigned format = 0; (name = gt_format_name(format)); format++) {
        if (!(command->formats >> format & 1)) continue;
        fprintf(to, "%s%s%s", before, name, format == GT_FORMAT_TEXT ? " (the default)" : "");
        before = ", ";
    }
    if (command->formats) putc('\n', to);
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
    fprintf(to, "usage: gotopsy %s %s [OPTION]...\n\n%s", command->name, command->argument,
            command->description);
    put_formats(command, to);
    fputs("\nOptions:\n", to);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
        if (row->help && row->commands & command->bit) put_option(row, to);
    fprintf(to, "\nExamples:\n%s", command->examples);
    if (command->analyse) put_exit_statuses(to);
}
