#include "inspector/cli/completion.h"

#include "inspector/base/str.h"
#include "inspector/cli/arguments.h"

#include <string.h>

struct completer {
    const char *word; /* the part of the word that is typed */
    size_t length;
    gt_completion_fn *visit;
    void *ctx;
};

static void offer(const struct completer *completer, const char *candidate)
{
    if (strncmp(candidate, completer->word, completer->length) == 0)
        completer->visit(completer->ctx, candidate);
}

static void offer_commands(const struct completer *completer)
{
    for (size_t i = 0; gt_commands[i]; i++)
        if (!gt_commands[i]->reads_lines) offer(completer, gt_commands[i]->name);
    offer(completer, "quit");
}

static bool takes(const struct gt_command *command, const struct gt_option_row *row)
{
    return row->help && row->scope != GT_TO_OPEN && gt_command_has(command, row);
}

static void offer_words(const struct completer *completer, const struct gt_command *command,
                        const struct gt_option_row *row)
{
    const char *word;

    for (unsigned i = 0; (word = gt_argument_word(row->argument, command, i)); i++) {
        struct gt_str candidate = {0};
        gt_str_format(&candidate, "--%s=%s", row->name, word);
        offer(completer, gt_str_text(&candidate));
        gt_str_deinit(&candidate);
    }
}

static void offer_options(const struct completer *completer, const struct gt_command *command)
{
    const char *equals = memchr(completer->word, '=', completer->length);
    size_t name = equals ? (size_t)(equals - completer->word) - 2 : 0;

    for (const struct gt_option_row *row = gt_option_rows; row->name; row++) {
        if (!takes(command, row)) continue;
        if (equals && strlen(row->name) == name &&
            strncmp(completer->word + 2, row->name, name) == 0)
            offer_words(completer, command, row);
        if (equals) continue;
        struct gt_str candidate = {0};
        gt_str_format(&candidate, "--%s%s", row->name, row->argument ? "=" : "");
        offer(completer, gt_str_text(&candidate));
        gt_str_deinit(&candidate);
    }
}

static const struct gt_command *command_of(const char *line, size_t length)
{
    struct gt_str name = {0};
    size_t blanks = strspn(line, " \t");

    gt_str_addn(&name, line + blanks, strcspn(line + blanks, " \t"));
    const struct gt_command *command =
        length > blanks ? gt_command_named(gt_str_text(&name)) : NULL;
    gt_str_deinit(&name);
    return command;
}

size_t gt_complete(const char *line, size_t length, gt_completion_fn *visit, void *ctx)
{
    struct gt_str begun = {0};
    size_t start = length;

    while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '\t')
        start--;
    gt_str_addn(&begun, line, length);
    const char *text = gt_str_text(&begun);
    struct completer completer = {text + start, length - start, visit, ctx};
    const struct gt_command *command = command_of(text, length);
    bool first = strspn(text, " \t") >= start;
    if (first || (command && command->print && !command->analyse))
        offer_commands(&completer);
    else if (command && strncmp(text + start, "--", 2) == 0)
        offer_options(&completer, command);
    gt_str_deinit(&begun);
    return length - start;
}
