/* The completion of fish: one line for each command, and one for each option of each command. */
#include "inspector/pages/pages.h"

/* If no command is typed it is the first one, and a core may follow. */
static const char helpers[] =
    "function __gotopsy_is --description 'the command is this one' # COMMAND\n"
    "    for word in (commandline -opc)[2..]\n"
    "        contains -- $word $__gotopsy_commands; or continue\n"
    "        test $word = $argv[1]\n"
    "        return\n"
    "    end\n"
    "    test $__gotopsy_commands[1] = $argv[1]\n"
    "end\n\n"
    "function __gotopsy_bare --description 'no command yet'\n"
    "    for word in (commandline -opc)[2..]\n"
    "        contains -- $word $__gotopsy_commands; and return 1\n"
    "    end\n"
    "end\n\n";

static void put_command(const struct gt_command *command, FILE *to)
{
    fprintf(to, "complete -c gotopsy -n __gotopsy_bare -a %s -d ", command->name);
    gt_page_quoted(command->summary, "\\", to);
    putc('\n', to);
    if (!command->analyse)
        fprintf(to, "complete -c gotopsy -n '__gotopsy_is %s' -f\n", command->name);
    if (!command->analyse && command->argument[0])
        fprintf(to, "complete -c gotopsy -n '__gotopsy_is %s' -a \"$__gotopsy_commands\"\n",
                command->name);
}

static void put_option(const struct gt_option_row *row, const struct gt_command *command, FILE *to)
{
    static const char *const arguments[] = {
        [GT_ARGUMENT_ANY] = " -x",
        [GT_ARGUMENT_FILE] = " -r -F",
        [GT_ARGUMENT_FOLDER] = " -x -a '(__fish_complete_directories)'",
        [GT_ARGUMENT_WORD] = " -x -a '",
    };
    enum gt_argument argument = gt_argument_find(row->argument);

    fprintf(to, "complete -c gotopsy -n '__gotopsy_is %s' -l %s", command->name, row->name);
    if (row->letter) fprintf(to, " -s %c", row->letter);
    if (row->argument) fputs(arguments[argument], to);
    gt_page_words(row, command, " ", to);
    fprintf(to, "%s -d ", argument == GT_ARGUMENT_WORD ? "'" : "");
    gt_page_quoted(row->help, "\\", to);
    putc('\n', to);
}

void gt_page_fish(FILE *to)
{
    fputs("# Completion of gotopsy for fish, made from its rows of commands and options.\n\n"
          "set -g __gotopsy_commands",
          to);
    for (size_t i = 0; gt_commands[i]; i++)
        fprintf(to, " %s", gt_commands[i]->name);
    fputs("\n\n", to);
    fputs(helpers, to);
    for (size_t i = 0; gt_commands[i]; i++) {
        put_command(gt_commands[i], to);
        for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
            if (gt_page_shows(row, gt_commands[i])) put_option(row, gt_commands[i], to);
    }
}
