/* The manual page, in the man macros of roff. */
#include "inspector/pages/pages.h"

#include <string.h>

/* Literal text: a hyphen becomes a minus sign, and no line begins a macro. */
static void put_text(const char *text, FILE *to)
{
    bool at_start = true;

    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\'')) fputs("\\&", to);
        if (*text == '\\' || *text == '-')
            fputs(*text == '-' ? "\\-" : "\\e", to);
        else
            putc(*text, to);
        at_start = *text == '\n';
    }
}

static void put_lines(const char *lines, FILE *to)
{
    fputs(".nf\n", to);
    put_text(lines, to);
    fputs(".fi\n", to);
}

static void put_rows(const char *title, const struct gt_help_row *rows, FILE *to)
{
    fprintf(to, ".SH %s\n", title);
    for (const struct gt_help_row *row = rows; row->name; row++) {
        fprintf(to, ".TP\n.B %s\n", row->name);
        put_text(row->text, to);
        putc('\n', to);
    }
}

/* ---- options ------------------------------------------------------------------------------- */

static bool has_all(const struct gt_option_row *row)
{
    for (size_t i = 0; gt_commands[i]; i++)
        if (gt_commands[i]->analyse && !gt_page_shows(row, gt_commands[i])) return false;
    return true;
}

static void put_commands_of(const struct gt_option_row *row, FILE *to)
{
    const char *before = "Only for ";

    if (has_all(row)) return;
    for (size_t i = 0; gt_commands[i]; i++) {
        if (!gt_page_shows(row, gt_commands[i])) continue;
        fprintf(to, "%s%s", before, gt_commands[i]->name);
        before = ", ";
    }
    fputs(".\n", to);
}

static void put_option(const struct gt_option_row *row, FILE *to)
{
    fputs(".TP\n.B ", to);
    if (row->letter) fprintf(to, "\\-%c\\fR, \\fB", row->letter);
    fputs("\\-\\-", to);
    put_text(row->name, to);
    if (row->argument) fprintf(to, "\\fR=\\fI%s", row->argument);
    fputs("\\fR\n", to);
    put_text(row->help, to);
    fputs(".\n", to);
    put_commands_of(row, to);
}

static void put_options(FILE *to)
{
    fputs(".SH OPTIONS\nAn option is for each command that opens a core, unless it names some.\n",
          to);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
        if (row->help) put_option(row, to);
}

/* ---- commands ------------------------------------------------------------------------------ */

static void put_formats(const struct gt_command *command, FILE *to)
{
    const char *before = "Formats: ", *word;

    for (unsigned i = 0; (word = gt_argument_word("FORMAT", command, i)); i++, before = ", ")
        fprintf(to, "%s%s%s", before, word, i == 0 ? " (the default)" : "");
    if (command->analyse) fputs(".\n", to);
}

static void put_command(const struct gt_command *command, FILE *to)
{
    struct gt_str description = {0};

    gt_help_describe(command, &description);
    fprintf(to, ".SS gotopsy %s %s\n", command->name, command->argument);
    put_lines(gt_str_text(&description), to);
    gt_str_deinit(&description);
    fputs(".PP\n", to);
    put_formats(command, to);
    fputs(".PP\nExamples:\n.PP\n", to);
    put_lines(command->examples, to);
}

void gt_page_man(FILE *to)
{
    fputs(".TH GOTOPSY 1 \"\" \"gotopsy " GT_VERSION "\" \"User Commands\"\n"
          ".SH NAME\ngotopsy \\- " GT_HELP_PURPOSE "\n"
          ".SH SYNOPSIS\n.B gotopsy\n" GT_HELP_USAGE "\n"
          ".SH DESCRIPTION\n.B gotopsy\n" GT_HELP_PURPOSE ": " GT_HELP_SAYS ".\n.PP\n",
          to);
    put_lines(gt_help_cores, to);
    fputs(".SH COMMANDS\n", to);
    for (size_t i = 0; gt_commands[i]; i++)
        put_command(gt_commands[i], to);
    put_options(to);
    put_rows("EXIT STATUS", gt_help_statuses, to);
    put_rows("ENVIRONMENT", gt_help_environment, to);
    fputs(".SH SEE ALSO\n.BR gcore (1),\n.BR core (5),\n.BR coredumpctl (1)\n", to);
}
