/*
 * libdwarf 20210528 frees twice when one of these headers is bad, and then opens no unit. So it
 * does not get a section with a bad header. Only that section's lists are lost.
 */
#include "inspector/symbols/list_headers.h"

#include "inspector/base/memory.h"

enum { LENGTH_64 = 12, LENGTH_32 = 4, HEADER_AFTER_LENGTH = 8 };

/* The size of the table at `bytes`, its length field included; 0 when it is bad. */
static uint64_t table_size(const unsigned char *bytes, uint64_t avail)
{
    if (avail < LENGTH_32 + HEADER_AFTER_LENGTH) return 0;
    bool wide = gt_load32(bytes) == UINT32_MAX;
    uint64_t start = wide ? LENGTH_64 : LENGTH_32;
    if (avail < start + HEADER_AFTER_LENGTH) return 0;
    uint64_t length = wide ? gt_load64(bytes + 4) : gt_load32(bytes);
    const unsigned char *header = bytes + start;
    uint64_t offsets = (uint64_t)gt_load32(header + 4) * (wide ? 8 : 4);
    bool good = length <= avail - start && length >= HEADER_AFTER_LENGTH &&
                gt_load16(header) == 5 && header[2] == 8 && header[3] == 0 &&
                offsets <= length - HEADER_AFTER_LENGTH;
    return good ? start + length : 0;
}

bool gt_list_headers_good(const unsigned char *bytes, uint64_t size)
{
    for (uint64_t at = 0; at < size;) {
        uint64_t step = table_size(bytes + at, size - at);
        if (!step) return false;
        at += step;
    }
    return true;
}
