/*
 * Lines of commands. From a terminal they come through a line editor with history and completion.
 * From any other stream they are read as they are.
 *
 * Invariant: a line has at most GT_MOST_LINE bytes, no line end, and no NUL. The editor is libedit;
 * callers do not depend on it.
 */
#ifndef GT_CLI_LINES_H
#define GT_CLI_LINES_H

#include "gotopsy.h"
#include "inspector/cli/completion.h"

enum { GT_MOST_LINE = 1 << 16 };

struct gt_lines;

/* Opens standard input. */
struct gt_lines *gt_lines_open(void);
void gt_lines_close(struct gt_lines *lines);
bool gt_lines_have_editor(const struct gt_lines *lines);

/* The next line, which lives until the next call. NULL when there is none: *error has the reason,
 * or is NULL at the end of the input. */
const char *gt_lines_next(struct gt_lines *lines, struct gt_error **error);

#endif
