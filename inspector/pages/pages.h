/*
 * The pages of the project that are made from rows: the manual page and the completions of shells,
 * from those of commands and options; definitions of the JSON Schema, from those of kinds. A
 * program of its own, which runs when gotopsy is built.
 *
 * Invariants: no text of a command or an option is told here. An option whose help is NULL, which
 * is another spelling, is on no page.
 */
#ifndef GT_PAGES_PAGES_H
#define GT_PAGES_PAGES_H

#include "inspector/cli/arguments.h"
#include "inspector/cli/help.h"

typedef void gt_page_fn(FILE *to);

gt_page_fn gt_page_man, gt_page_bash, gt_page_zsh, gt_page_fish;
gt_page_fn gt_page_rows;   /* the rows themselves, for tests: fields between tabs */
gt_page_fn gt_page_schema; /* the definitions of kinds, for schema/complete */

/* Whether the command has the option and a page shows it. */
bool gt_page_shows(const struct gt_option_row *row, const struct gt_command *command);

/* The words of an option's argument, or nothing, with `between` in between. */
void gt_page_words(const struct gt_option_row *row, const struct gt_command *command,
                   const char *between, FILE *to);

/* The text without its last line break, each of the bytes in `special` behind a backslash, and
 * quotes as in a shell's 'text'. */
void gt_page_quoted(const char *text, const char *special, FILE *to);

#endif
