/*
 * The lines of earlier shells: a text file in the user's folder of state, a line each.
 *
 * $XDG_STATE_HOME/gotopsy/history, or ~/.local/state/gotopsy/history. Nobody else can read it. A
 * line that asks for the contents of strings (--show-data) is not kept, since it may contain such a
 * string. What the file has is not trusted: lines that are too long or no text are left out. The
 * latest GT_MOST_HISTORY lines are kept.
 */
#ifndef GT_CLI_HISTORY_H
#define GT_CLI_HISTORY_H

enum { GT_MOST_HISTORY = 1000 };

struct gt_history;

/* NULL if it cannot be opened. A complaint says why, unless the user has no folder. */
struct gt_history *gt_history_open(void);
void gt_history_close(struct gt_history *history); /* NULL is allowed */

/* Calls `visit` for each line, the oldest first. */
typedef void gt_history_fn(void *ctx, const char *line);
void gt_history_each(const struct gt_history *history, gt_history_fn *visit, void *ctx);

/* Appends the line to the file at once. */
void gt_history_add(struct gt_history *history, const char *line);

#endif
