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

struct gt_flow { /* bytes in transit: the decoder moves both cursors */
    const unsigned char *in;
    size_t in_size, in_at;
    unsigned char *out;
    size_t out_size, out_at;
};

enum gt_flow_state {
    GT_FLOW_ON,  /* within a member */
    GT_FLOW_END, /* at the end of a member; more may follow */
    GT_FLOW_BAD, /* damage: nothing after it can be read */
    GT_FLOW_BIG, /* reading on needs more than GT_DECODER_MEMORY */
};

struct gt_decoder {
    const char *name; /* its usual name */
    const char *tool; /* the command that unpacks it */
    bool (*is)(const unsigned char *bytes, size_t size);
    void *(*open)(void); /* NULL: no memory */
    enum gt_flow_state (*step)(void *state, struct gt_flow *flow);
    void (*close)(void *state);
};

/* The memory that a decoder may use for its window, whose size the data chooses: enough for zstd
 * --long=31 and the largest xz dictionaries in use. Pages are touched only as the window fills. */
#define GT_DECODER_MEMORY ((uint64_t)1 << 30)

enum { GT_MAGIC_BYTES = 6 }; /* the first bytes of a file identify any of them */

/* The format of data that begins with these bytes; NULL when it is none of them. */
const struct gt_decoder *gt_decoder_of(const unsigned char *bytes, size_t size);

#endif
