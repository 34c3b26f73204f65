/*
 * Text of the target in Markdown.
 *
 * Invariant: no character of it is one of Markdown's own signs, none moves a terminal's cursor,
 * and none begins a link or a mention.
 */
#ifndef GT_MARKDOWN_WORDS_H
#define GT_MARKDOWN_WORDS_H

#include <stdio.h>

/* Writes the text so that none of it is Markdown. */
void gt_markdown_put(FILE *to, const char *text);

/* Writes a block of code, fenced by more backticks than it contains. */
void gt_markdown_code(FILE *to, const char *code);

#endif
