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
#include "inspector/cli/history.h"

enum { GT_MOST_LINE = 1 << 16 };

struct gt_lines;

struct gt_lines_use {
    struct gt_completion_source source; /* completes names and addresses of the core */
    struct gt_history *history; /* earlier lines, and where new ones go; or NULL. Borrowed */
};

/* Opens standard input. `use` is borrowed. Only a line editor uses it. */
struct gt_lines *gt_lines_open(const struct gt_lines_use *use);
void gt_lines_close(struct gt_lines *lines);
bool gt_lines_may_be_edited(void); /* true if standard input and output are terminals */
bool gt_lines_have_editor(const struct gt_lines *lines);

/* The next line, which lives until the next call. NULL when there is none: *error has the reason,
 * or is NULL at the end of the input. */
const char *gt_lines_next(struct gt_lines *lines, struct gt_error **error);

#endif
