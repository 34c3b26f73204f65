/* Writes the message byte by byte, with a question mark for the byte that begins a control
 * character. */
#include "inspector/cli/complaint.h"

#include <stdbool.h>
#include <stdio.h>

void gt_complain(const char *message, const char *after)
{
    fputs("gotopsy: ", stderr);
    for (const unsigned char *at = (const unsigned char *)message; *at; at++) {
        bool high = at[0] == 0xc2 && at[1] < 0xa0; /* U+0080 to U+009f: terminal codes too */
        putc(*at < ' ' || *at == 0x7f || high ? '?' : *at, stderr);
    }
    fprintf(stderr, "%s\n", after);
}
