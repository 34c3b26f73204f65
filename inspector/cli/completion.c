/* The place of the word decides what is offered: commands for the first word, options after "--",
 * else what the command's operand names. One filter passes on the candidates that begin with the
 * typed part. */
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

/* ---- what the core has ----------------------------------------------------------------------- */

static enum gt_completed completed_by(const char *operand)
{
    static const struct {
        const char *operand;
        enum gt_completed kind;
    } rows[] = {{"TYPE", GT_COMPLETES_TYPES},
                {"NAME", GT_COMPLETES_GLOBALS},
                {"ADDR", GT_COMPLETES_ADDRESSES},
                {"ADDR[,TYPE]", GT_COMPLETES_ADDRESSES}};

    for (size_t i = 0; operand && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].operand, operand) == 0) return rows[i].kind;
    return GT_COMPLETES_NOTHING;
}

/* Offers the name whole, and without the path of its package. */
static void offer_name(void *ctx, const char *name)
{
    const struct completer *completer = ctx;
    const char *slash = strrchr(name, '/');

    if (strpbrk(name, " \t\r\n'\"\\")) return;
    offer(completer, name);
    if (slash && slash[1] && *completer->word && !strpbrk(name, "[]*(){}"))
        offer(completer, slash + 1);
}

struct behind { /* the text before a type: "0xc000012080," */
    const struct completer *completer;
    const char *before;
    size_t length;
};

static void offer_behind(void *ctx, const char *name)
{
    const struct behind *behind = ctx;
    struct gt_str candidate = {0};

    gt_str_format(&candidate, "%.*s%s", (int)behind->length, behind->before, name);
    offer_name((void *)behind->completer, gt_str_text(&candidate));
    gt_str_deinit(&candidate);
}

static void offer_operands(struct completer *completer, const struct gt_command *command,
                           const struct gt_completion_source *source)
{
    const char *operand = gt_command_operand(command), *comma = strchr(completer->word, ',');
    enum gt_completed kind = completed_by(operand);
    struct behind behind = {completer, completer->word, 0};

    if (!source || kind == GT_COMPLETES_NOTHING) return;
    if (!comma || kind != GT_COMPLETES_ADDRESSES) {
        source->each(source->ctx, kind, offer_name, completer);
    } else if (strchr(operand, ',')) {
        behind.length = (size_t)(comma + 1 - completer->word);
        source->each(source->ctx, GT_COMPLETES_TYPES, offer_behind, &behind);
    }
}

/* ---- all ----------------------------------------------------------------------------------- */

size_t gt_complete(const char *line, size_t length, const struct gt_completion_source *source,
                   gt_completion_fn *visit, void *ctx)
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
    else if (command && text[start] != '-')
        offer_operands(&completer, command, source);
    gt_str_deinit(&begun);
    return length - start;
}
