/*
 * Errors on standard error.
 *
 * Invariant: an error is one line, whatever a path or a damaged core puts into its message. Nothing
 * in it moves a terminal's cursor.
 */
#ifndef GT_CLI_COMPLAINT_H
#define GT_CLI_COMPLAINT_H

/* Writes "gotopsy: MESSAGE", followed by `after`. */
void gt_complain(const char *message, const char *after);

#endif
