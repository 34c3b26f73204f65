/*
 * Where a document goes, and how it looks there.
 *
 * Invariant: a file named by -o is whole or as it was before, whatever signal people send: the
 * document is written in memory, in the end to a file beside it, and that is renamed. Links are
 * followed, and a file keeps its mode. What is not a regular file (a pipe, /dev/null) is written to
 * directly. A core or a program is never written over.
 * A pager gets what would go to standard output, and looks as that would; when it ends early, that
 * is no error.
 */
#ifndef GT_CLI_OUTPUT_H
#define GT_CLI_OUTPUT_H

#include "inspector/cli/options.h"

struct gt_output {
    FILE *file;
    struct gt_style style;
    char *path; /* of the file to be replaced, or made; NULL: it is written to directly */
    bool paged;
};

/* Says early, before long work, that -o cannot be written. */
struct gt_error *gt_output_check(const struct gt_options *options);

struct gt_error *gt_output_open(struct gt_output *output, const struct gt_options *options);

/* Ends what gt_output_open() began, by `error`: NULL keeps the document, else drops it. */
struct gt_error *gt_output_close(struct gt_output *output, struct gt_error *error);

#endif
