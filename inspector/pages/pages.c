/* Functions that several pages use to read the rows. */
#include "inspector/pages/pages.h"

#include "inspector/report/schema.h"

#include <string.h>

bool gt_page_shows(const struct gt_option_row *row, const struct gt_command *command)
{
    return row->help && gt_command_has(command, row);
}

void gt_page_words(const struct gt_option_row *row, const struct gt_command *command,
                   const char *between, FILE *to)
{
    const char *word;

    for (unsigned i = 0; (word = gt_argument_word(row->argument, command, i)); i++)
        fprintf(to, "%s%s", i ? between : "", word);
}

void gt_page_quoted(const char *text, const char *special, FILE *to)
{
    putc('\'', to);
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fprintf(to, "%s%c", strchr(special, *text) ? "\\" : "", *text);
    }
    putc('\'', to);
}

static void put_command(const struct gt_command *command, FILE *to)
{
    fprintf(to, "command\t%s\t%s\t%s\n", command->name, command->argument, command->summary);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++) {
        if (!gt_page_shows(row, command)) continue;
        char letter[2] = {row->letter, '\0'};
        fprintf(to, "option\t%s\t%s\t%s\t%s\t%s\t%d\t", command->name, row->name, letter,
                row->argument ? row->argument : "", row->help,
                (int)gt_argument_find(row->argument));
        gt_page_words(row, command, " ", to);
        putc('\n', to);
    }
}

void gt_page_rows(FILE *to)
{
    for (size_t i = 0; gt_commands[i]; i++)
        put_command(gt_commands[i], to);
}

void gt_page_schema(FILE *to)
{
    gt_json_kinds_schema(to);
}
