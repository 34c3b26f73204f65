/*
 * Writing the list of a kept answer: numbers in LEB128, and texts. It is read by
 * symbols/byte_reader.h.
 */
#ifndef GT_KEPT_LIST_H
#define GT_KEPT_LIST_H

#include "inspector/base/vec.h"

#include <stdint.h>
#include <string.h>

/* `list` is a vector of bytes. */
static inline void gt_put_number(struct gt_vec *list, uint64_t number)
{
    unsigned char byte;

    do {
        byte = (unsigned char)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        gt_vec_add(list, &byte);
        number >>= 7;
    } while (number);
}

static inline void gt_put_text(struct gt_vec *list, const char *text)
{
    size_t size = strlen(text) + 1;

    gt_vec_reserve(list, list->len + size);
    memcpy(gt_vec_at(list, list->len), text, size);
    list->len += size;
}

#endif
