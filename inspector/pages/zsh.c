/* The completion of zsh: one _arguments for each command. */
#include "inspector/pages/pages.h"

/* The completion of an argument, by its values: an action of _arguments. */
static void put_action(const struct gt_option_row *row, const struct gt_command *command, FILE *to)
{
    static const char *const actions[] = {
        [GT_ARGUMENT_ANY] = "",
        [GT_ARGUMENT_FILE] = "_files",
        [GT_ARGUMENT_FOLDER] = "_files -/",
        [GT_ARGUMENT_WORD] = "(",
    };
    enum gt_argument argument = gt_argument_find(row->argument);

    if (!row->argument) return;
    fputs("':'", to);
    gt_page_quoted(row->argument, ":\\", to);
    fprintf(to, "':%s", actions[argument]);
    gt_page_words(row, command, " ", to);
    fputs(argument == GT_ARGUMENT_WORD ? ")'" : "'", to);
}

/* "*" allows an option several times; "+" and "=" allow its argument directly after it. */
static void put_spec(const char *name, const char *joined, const struct gt_option_row *row,
                     const struct gt_command *command, FILE *to)
{
    fprintf(to, " \\\n            '*%s%s['", name, row->argument ? joined : "");
    gt_page_quoted(row->help, "[]:\\", to);
    fputs("']'", to);
    put_action(row, command, to);
}

static void put_option(const struct gt_option_row *row, const struct gt_command *command, FILE *to)
{
    char letter[] = {'-', row->letter, '\0'}, name[64];

    if (row->letter) put_spec(letter, "+", row, command, to);
    snprintf(name, sizeof name, "--%s", row->name);
    put_spec(name, "=", row, command, to);
}

static void put_command(const struct gt_command *command, FILE *to)
{
    fprintf(to, "    %s)\n        _arguments -S", command->name);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
        if (gt_page_shows(row, command)) put_option(row, command, to);
    if (command->argument[0]) fprintf(to, " \\\n            '*:core:_gotopsy_operand'");
    fputs("\n        ;;\n", to);
}

static void put_names(FILE *to)
{
    fputs("_gotopsy_commands=(\n", to);
    for (size_t i = 0; gt_commands[i]; i++) {
        fprintf(to, "    %s:", gt_commands[i]->name);
        gt_page_quoted(gt_commands[i]->summary, "\\", to);
        putc('\n', to);
    }
    fputs(")\n\n", to);
}

static const char head[] =
    "#compdef gotopsy\n"
    "# Completion of gotopsy for zsh, made from its rows of commands and options.\n\n"
    "typeset -ga _gotopsy_commands\n";

/* If no command is typed it is the first one, and a core may follow. */
static const char body[] =
    "_gotopsy_operand() {\n"
    "    [[ -n $named && $command != help ]] || _describe command _gotopsy_commands\n"
    "    [[ $command == help ]] || _files\n"
    "}\n\n"
    "_gotopsy() {\n"
    "    local word command=${_gotopsy_commands[1]%%:*} named=\n"
    "    for word in ${words[2,CURRENT-1]}; do\n"
    "        (( ${_gotopsy_commands[(I)$word:*]} )) || continue\n"
    "        command=$word named=1\n"
    "        break\n"
    "    done\n"
    "    case $command in\n";

void gt_page_zsh(FILE *to)
{
    fputs(head, to);
    put_names(to);
    fputs(body, to);
    for (size_t i = 0; gt_commands[i]; i++)
        put_command(gt_commands[i], to);
    fputs("    esac\n}\n\n_gotopsy \"$@\"\n", to);
}
