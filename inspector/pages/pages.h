/*
 * The pages of the project that are made from rows: the manual page and shell completions, from the
 * rows of commands and options; definitions of the JSON Schema, from the rows of kinds. They are
 * made by a program of their own, which runs during the build.
 *
 * Invariants: the texts of commands and options are only in their rows. An option whose help is
 * NULL is another spelling, and is on no page.
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

/* The words of an option's argument, separated by `between`; nothing if it has none. */
void gt_page_words(const struct gt_option_row *row, const struct gt_command *command,
                   const char *between, FILE *to);

/* Writes the text without its last line break. Each byte in `special` gets a backslash, and quotes
 * are written for a shell's 'text'. */
void gt_page_quoted(const char *text, const char *special, FILE *to);

#endif
