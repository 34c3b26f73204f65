/*
 * The values that the argument of an option can have: one row for each argument name that stands
 * for files or for a few words. Any other name stands for any text.
 *
 * Invariant: the name alone decides, so parsing, errors and completions agree.
 */
#ifndef GT_CLI_ARGUMENTS_H
#define GT_CLI_ARGUMENTS_H

#include "inspector/cli/commands.h"

enum gt_argument {
    GT_ARGUMENT_ANY, /* a number, a size: no words to complete */
    GT_ARGUMENT_FILE,
    GT_ARGUMENT_FOLDER,
    GT_ARGUMENT_WORD, /* one of gt_argument_word() */
};

/* `name`: "FILE", "WHEN"; NULL is GT_ARGUMENT_ANY. */
enum gt_argument gt_argument_find(const char *name);

/* The index-th word that an argument with this name can be, for this command; NULL past the last.
 * Words for enum gt_when and enum gt_kind are in the order of their enum. Without a command (NULL):
 * all words that any command takes. */
const char *gt_argument_word(const char *name, const struct gt_command *command, unsigned index);

#endif
