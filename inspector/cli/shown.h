/*
 * The addresses that were shown last, so that the next line can ask about one of them.
 *
 * An address is what looks like one in the output: 0x and at least six hexadecimal digits. Each is
 * kept once, at most GT_MOST_SHOWN of them; the oldest go first.
 */
#ifndef GT_CLI_SHOWN_H
#define GT_CLI_SHOWN_H

#include <stddef.h>
#include <stdio.h>

enum { GT_MOST_SHOWN = 64, GT_SHOWN_LENGTH = 18 };

struct gt_shown {
    char addresses[GT_MOST_SHOWN][GT_SHOWN_LENGTH + 1]; /* the latest last */
    size_t count;
    char begun[GT_SHOWN_LENGTH + 2]; /* the start of a possible address */
    size_t length;
};

/* Searches output, which may come in pieces. */
void gt_shown_take(struct gt_shown *shown, const char *bytes, size_t size);

/* A stream that passes all output on to `to`, which stays open, and records the addresses in it.
 * NULL if it cannot be made. */
FILE *gt_shown_open(struct gt_shown *shown, FILE *to);

#endif
