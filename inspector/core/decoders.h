/*
 * The compressed formats of cores, one row each: zstd, lz4, xz, gzip, as systemd-coredump and
 * people write them. All are decoded as streams. A file may have several members, one after the
 * other. Private to core/.
 */
#ifndef GT_CORE_DECODERS_H
#define GT_CORE_DECODERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_flow { /* bytes on their way: the decoder moves both cursors */
    const unsigned char *in;
    size_t in_size, in_at;
    unsigned char *out;
    size_t out_size, out_at;
};

enum gt_flow_state {
    GT_FLOW_ON,  /* within a member */
    GT_FLOW_END, /* at the end of one; more may follow */
    GT_FLOW_BAD, /* damage: nothing after it can be read */
    GT_FLOW_BIG, /* to read on needs more than GT_DECODER_MEMORY */
};

struct gt_decoder {
    const char *name; /* as people call it */
    const char *tool; /* what unpacks it otherwise */
    bool (*is)(const unsigned char *bytes, size_t size);
    void *(*open)(void); /* NULL: no memory */
    enum gt_flow_state (*step)(void *state, struct gt_flow *flow);
    void (*close)(void *state);
};

/* The memory that a decoder may need for its window, whose size the data chooses: zstd --long=31
 * and the largest dictionaries of xz in use. Pages are touched only as it fills. */
#define GT_DECODER_MEMORY ((uint64_t)1 << 30)

enum { GT_MAGIC_BYTES = 6 }; /* of a file's start tell all of them */

/* The one whose data begins so; NULL when none does. */
const struct gt_decoder *gt_decoder_of(const unsigned char *bytes, size_t size);

#endif
