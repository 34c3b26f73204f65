/*
 * Reading a row of bytes from its start: numbers of fixed length, LEB128, texts.
 *
 * Invariant: nothing is read at or after `end`. What is not there reads as 0, and sets `bad`, which
 * nothing resets. So a caller may read on and look at `bad` once.
 */
#ifndef GT_SYMBOLS_BYTE_READER_H
#define GT_SYMBOLS_BYTE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gt_byte_reader {
    const unsigned char *at, *end;
    bool bad;
};

static inline uint64_t gt_bytes_left(const struct gt_byte_reader *reader)
{
    return (uint64_t)(reader->end - reader->at);
}

/* The next `count` bytes, or NULL. */
static inline const unsigned char *gt_take_bytes(struct gt_byte_reader *reader, uint64_t count)
{
    const unsigned char *bytes = reader->at;

    if (count > gt_bytes_left(reader)) {
        reader->bad = true;
        return NULL;
    }
    reader->at += count;
    return bytes;
}

/* A little-endian number of at most 8 bytes. */
static inline uint64_t gt_take_number(struct gt_byte_reader *reader, unsigned bytes)
{
    const unsigned char *from = gt_take_bytes(reader, bytes);
    uint64_t number = 0;

    if (from && bytes <= sizeof number) memcpy(&number, from, bytes);
    return number;
}

/* An unsigned number in LEB128. Bits beyond 64 are dropped. A signed one takes as many bytes. */
static inline uint64_t gt_take_leb(struct gt_byte_reader *reader)
{
    uint64_t number = 0;

    for (unsigned shift = 0; reader->at < reader->end; shift += 7) {
        unsigned char byte = *reader->at++;
        if (shift < 64) number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return number;
    }
    reader->bad = true;
    return 0;
}

/* A text that ends with a NUL, or NULL. */
static inline const char *gt_take_text(struct gt_byte_reader *reader)
{
    const char *text = (const char *)reader->at;
    const unsigned char *end = memchr(reader->at, 0, gt_bytes_left(reader));

    if (!end) {
        reader->bad = true;
        return NULL;
    }
    reader->at = end + 1;
    return text;
}

#endif
