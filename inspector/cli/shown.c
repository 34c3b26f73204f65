/* Recognises addresses byte by byte, so that one may be split between two pieces of output. The
 * stream is made by fopencookie: its write function searches the bytes and passes them on. */
#include "inspector/cli/shown.h"

#include "inspector/base/alloc.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

enum { LEAST_DIGITS = 6 };

static void drop(struct gt_shown *shown, size_t index)
{
    memmove(shown->addresses[index], shown->addresses[index + 1],
            (shown->count - index - 1) * sizeof shown->addresses[0]);
    shown->count--;
}

static void add(struct gt_shown *shown, const char address[GT_SHOWN_LENGTH + 1])
{
    for (size_t i = 0; i < shown->count; i++) {
        if (strcmp(shown->addresses[i], address) != 0) continue;
        drop(shown, i);
        break;
    }
    if (shown->count == GT_MOST_SHOWN) drop(shown, 0);
    memcpy(shown->addresses[shown->count++], address, sizeof shown->addresses[0]);
}

static void end_word(struct gt_shown *shown)
{
    shown->begun[shown->length] = '\0';
    if (shown->length >= 2 + LEAST_DIGITS && shown->length <= GT_SHOWN_LENGTH)
        add(shown, shown->begun);
    shown->length = 0;
}

/* True if the byte continues an address such as "0x12ab". */
static bool goes_on(const struct gt_shown *shown, char byte)
{
    if (shown->length == 0) return byte == '0';
    if (shown->length == 1) return byte == 'x';
    return isxdigit((unsigned char)byte) && shown->length <= GT_SHOWN_LENGTH;
}

void gt_shown_take(struct gt_shown *shown, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool more = goes_on(shown, bytes[i]);
        if (!more) end_word(shown);
        if (more || goes_on(shown, bytes[i])) shown->begun[shown->length++] = bytes[i];
    }
}

/* ---- the stream ---------------------------------------------------------------------------- */

struct recorder {
    struct gt_shown *shown;
    FILE *to;
};

static ssize_t pass(void *cookie, const char *bytes, size_t size)
{
    struct recorder *recorder = cookie;

    gt_shown_take(recorder->shown, bytes, size);
    if (fwrite(bytes, 1, size, recorder->to) != size || fflush(recorder->to) != 0) return 0;
    return (ssize_t)size;
}

static int end(void *cookie)
{
    struct recorder *recorder = cookie;

    end_word(recorder->shown);
    gt_free(recorder);
    return 0;
}

FILE *gt_shown_open(struct gt_shown *shown, FILE *to)
{
    struct recorder *recorder = gt_alloc(sizeof *recorder);
    const cookie_io_functions_t functions = {.write = pass, .close = end};

    *recorder = (struct recorder){shown, to};
    FILE *stream = fopencookie(recorder, "w", functions);
    if (!stream) gt_free(recorder);
    return stream;
}
