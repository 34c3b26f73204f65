/* The completion of bash: one case for each command's options, one for each option's argument. */
#include "inspector/pages/pages.h"

static void put_names(const char *between, FILE *to)
{
    for (size_t i = 0; gt_commands[i]; i++)
        fprintf(to, "%s%s", i ? between : "", gt_commands[i]->name);
}

static void put_options(const struct gt_command *command, FILE *to)
{
    const char *before = "";

    fprintf(to, "    %s) echo '", command->name);
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++) {
        if (!gt_page_shows(row, command)) continue;
        if (row->letter) fprintf(to, "%s-%c", before, row->letter);
        fprintf(to, "%s--%s%s", row->letter ? " " : before, row->name, row->argument ? "=" : "");
        before = " ";
    }
    fputs("' ;;\n", to);
}

/* The completion of an argument, by its values. */
static const char *const arguments[] = {
    [GT_ARGUMENT_ANY] = "",
    [GT_ARGUMENT_FILE] = "_gotopsy_files -f",
    [GT_ARGUMENT_FOLDER] = "_gotopsy_files -d",
    [GT_ARGUMENT_WORD] = "_gotopsy_words ",
};

static void put_argument(const struct gt_option_row *row, const struct gt_command *command,
                         FILE *to)
{
    enum gt_argument argument = gt_argument_find(row->argument);

    fprintf(to, "    %s:--%s", command->name, row->name);
    if (row->letter) fprintf(to, " | %s:-%c", command->name, row->letter);
    fprintf(to, ") %s", arguments[argument]);
    if (argument == GT_ARGUMENT_WORD) {
        putc('\'', to);
        gt_page_words(row, command, " ", to);
        putc('\'', to);
    }
    fputs(" ;;\n", to);
}

static void put_arguments(const struct gt_command *command, FILE *to)
{
    for (const struct gt_option_row *row = gt_option_rows; row->name; row++)
        if (row->argument && gt_page_shows(row, command)) put_argument(row, command, to);
}

/* What follows the options: a core, a command, or nothing. */
static void put_operand(const struct gt_command *command, FILE *to)
{
    if (command->analyse)
        fprintf(to, "    %s) _gotopsy_files -f ;;\n", command->name);
    else if (command->argument[0])
        fprintf(to, "    %s) _gotopsy_words \"$_gotopsy_commands\" ;;\n", command->name);
}

static const char helpers[] =
    "_gotopsy_words() { # WORDS: those that begin as the word does\n"
    "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -W \"$1\" -- \"$word\")\n"
    "}\n\n"
    "_gotopsy_files() { # -f or -d: files, or folders only\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen \"$1\" -- \"$word\")\n"
    "}\n\n";

/* Bash splits --option=value at the sign. If no command is typed it is the first one, and a core
 * may follow. */
static const char body[] =
    "_gotopsy() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local before command=${_gotopsy_commands%% *} named=\n"
    "    COMPREPLY=()\n"
    "    [[ $option != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    [[ $word != = ]] || word=\n"
    "    for before in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do\n"
    "        [[ \" $_gotopsy_commands \" == *\" $before \"* ]] || continue\n"
    "        command=$before named=1\n"
    "        break\n"
    "    done\n"
    "    ! _gotopsy_argument \"$command:$option\" || return 0\n"
    "    if [[ $word == -* ]]; then\n"
    "        _gotopsy_words \"$(_gotopsy_options \"$command\")\"\n"
    "        [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null\n"
    "        return 0\n"
    "    fi\n"
    "    _gotopsy_operand \"$command\"\n"
    "    [[ $named ]] || _gotopsy_words \"$_gotopsy_commands\"\n"
    "}\n\n"
    "complete -F _gotopsy gotopsy\n";

/* A shell function with a case for each command, or for each of its options. */
static void put_cases(const char *head, const char *otherwise,
                      void (*put)(const struct gt_command *command, FILE *to), FILE *to)
{
    fprintf(to, "%s\n    case $1 in\n", head);
    for (size_t i = 0; gt_commands[i]; i++)
        put(gt_commands[i], to);
    fprintf(to, "%s    esac\n}\n\n", otherwise);
}

void gt_page_bash(FILE *to)
{
    fputs("# Completion of gotopsy for bash, made from its rows of commands and options.\n\n"
          "_gotopsy_commands='",
          to);
    put_names(" ", to);
    fputs("'\n\n", to);
    fputs(helpers, to);
    put_cases("_gotopsy_options() { # COMMAND: those that it has", "", put_options, to);
    put_cases("_gotopsy_argument() { # COMMAND:OPTION; fails when that takes no argument",
              "    *) return 1 ;;\n", put_arguments, to);
    put_cases("_gotopsy_operand() { # COMMAND", "", put_operand, to);
    fputs(body, to);
}
