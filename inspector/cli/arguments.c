/* The rows of arguments, and a function for each list of words. */
#include "inspector/cli/arguments.h"

#include <string.h>

static const char *when_word(const struct gt_command *command, unsigned index)
{
    static const char *const words[] = {
        [GT_AUTO] = "auto", [GT_ALWAYS] = "always", [GT_NEVER] = "never"};

    (void)command;
    return index < sizeof words / sizeof *words ? words[index] : NULL;
}

static const char *auto_word(const struct gt_command *command, unsigned index)
{
    (void)command;
    return index == 0 ? "auto" : index == 1 ? "never" : NULL;
}

static const char *format_word(const struct gt_command *command, unsigned index)
{
    for (unsigned format = 0; format < GT_FORMATS; format++)
        if (gt_format_has(format, command->document) && index-- == 0) return gt_format_name(format);
    return NULL;
}

static const char *table_word(const struct gt_command *command, unsigned index)
{
    (void)command;
    return index < GT_HEAP_BYS ? gt_heap_by_name(index) : NULL;
}

static const char *kind_word(const struct gt_command *command, unsigned index)
{
    bool growth = !command || !command->finds, kinds = !command || command->finds;

    if (!kinds) index += GT_FAIL_ON_GROWTH;
    if (kinds && index < GT_KINDS) return gt_kind_name(index);
    if (kinds && index == GT_KINDS) return "any";
    return growth && index == GT_FAIL_ON_GROWTH ? "growth" : NULL;
}

static const struct argument_row {
    const char *name;
    enum gt_argument argument;
    const char *(*word)(const struct gt_command *command, unsigned index);
} rows[] = {
    {"FILE", GT_ARGUMENT_FILE, NULL},        {"PATH", GT_ARGUMENT_FILE, NULL},
    {"DIR", GT_ARGUMENT_FOLDER, NULL},       {"FORMAT", GT_ARGUMENT_WORD, format_word},
    {"TABLE", GT_ARGUMENT_WORD, table_word}, {"KIND[:SIZE]", GT_ARGUMENT_WORD, kind_word},
    {"WHEN", GT_ARGUMENT_WORD, when_word},   {"auto|never", GT_ARGUMENT_WORD, auto_word},
};

static const struct argument_row *find(const char *name)
{
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

enum gt_argument gt_argument_find(const char *name)
{
    const struct argument_row *row = find(name);

    return row ? row->argument : GT_ARGUMENT_ANY;
}

const char *gt_argument_word(const char *name, const struct gt_command *command, unsigned index)
{
    const struct argument_row *row = find(name);

    return row && row->word ? row->word(command, index) : NULL;
}
