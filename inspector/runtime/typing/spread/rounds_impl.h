/*
 * What the steps of a round share.
 *
 * A chunk is some blocks whose grey objects are read, or a part of a large array. What they say is
 * kept by the shares of the objects that it is said of. It is written by the thread that reads the
 * chunk, and then by the one that judges the share.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_ROUNDS_IMPL_H
#define GT_RUNTIME_TYPING_SPREAD_ROUNDS_IMPL_H

#include "inspector/graph/crew/lockstep.h"
#include "inspector/runtime/typing/spread/said.h"
#include "inspector/runtime/typing/spread/work.h"

enum {
    GT_CHUNKS = 32,         /* of a round, at most */
    GT_CHUNK_BLOCKS = 8,    /* of a chunk, at most */
    GT_CHUNK_OBJECTS = 512, /* which is what one block has, at most */
    GT_SHARE_SHIFT = 12,    /* 4096 neighbours are in one share: so bits of two shares are seldom in
                             * one cache line */
    GT_FACT_REACHES = 1U << 19, /* the object is marked */
    GT_FACT_PLAIN = 1U << 20,   /* a plain pointer led to it, and it has a heap bitmap */
    GT_FACT_LEFT = 1U << 21,    /* one thread is to judge it */
    GT_FACT_COVERED = 1U << 22, /* a string or a slice covers half of the object, and leaves no
                                 * pointers out */
    GT_FACT_WHOLE = 1U << 23,   /* a pointer covers it */
};

struct gt_unread { /* an object whose other words, or all, one thread is to read */
    struct gt_slot_ref ref;
    bool whole;
};

struct gt_chunk {
    struct gt_packed_free free; /* as in struct gt_share */
    uint8_t reader;             /* the chunk's number + 1 */
    uint32_t blocks[GT_CHUNK_BLOCKS];
    unsigned block_count; /* 0: it is the part of an array */
    struct gt_elements part;
    bool outside; /* a word of the part leads to static data */
    bool dangles; /* a word leads to a free slot */
    unsigned facts, arrays, unread;
    struct gt_said *said;
    uint32_t shares; /* that there are, - 1 */
    struct gt_unread object[GT_CHUNK_OBJECTS];
};

struct gt_share { /* of one thread that judges */
    struct gt_packed_free free;
    bool dangles;         /* a word leads to a free slot */
    bool left[GT_CHUNKS]; /* something of it is GT_FACT_LEFT */
    uint32_t low, high;   /* blocks in [low, high) may have become GT_TO_BE_QUEUED */
};

struct gt_rounds {
    struct gt_typing *typing;
    struct gt_lockstep *crew; /* NULL: one thread */
    struct gt_share shares[GT_MOST_JUDGES];
    unsigned share_count; /* a power of two */
    uint8_t *readers;     /* of each block, the reader of the chunk that has it to itself; or 0 */
    unsigned chunk_count; /* of this round */
    struct gt_chunk chunks[GT_CHUNKS];
    unsigned by_share[GT_CHUNKS]; /* chunks' numbers, by the shares of their objects */
    struct gt_said said[GT_CHUNKS];
};

static inline unsigned gt_share_of(const struct gt_chunk *chunk, uint32_t object)
{
    return chunk->shares ? object >> GT_SHARE_SHIFT & chunk->shares : 0;
}

/* Tasks of the steps; `rounds` is a struct gt_rounds, and `place` one in gt_rounds.by_share. */
void gt_round_read(void *rounds, unsigned place);
void gt_round_judge(void *rounds, unsigned share);

#endif
