/*
 * What the pass over all pointers keeps of each block. Private to windows.c and decided_blocks.c.
 */
#ifndef GT_DETECT_GATHERER_H
#define GT_DETECT_GATHERER_H

#include "inspector/base/numbers.h"
#include "inspector/detect/windows/covering_words.h"
#include "inspector/detect/windows/word_queue.h"

enum {
    GT_MAX_UNDECIDED = 1 << 15, /* undecided words kept, for large and for small blocks */
    GT_LARGE_BLOCK = 1 << 12,
};

struct gt_gatherer {
    const struct gt_heap_analysis *analysis;
    struct gt_covered covered;
    struct gt_bitmap referenced; /* some untyped pointer may cover it */
    struct gt_bitmap small;      /* a window covers less than half of it */
    struct gt_bitmap partial;    /* a window leaves pointers out */
    struct gt_bitmap doubtful;   /* a doubtful object points to it too */
    struct gt_referrer referrer; /* the referrer whose words are visited */
    struct gt_word_queue queue;  /* words whose objects are being prefetched */
    bool overflowed;             /* some windows were dropped */
    struct gt_vec references;    /* struct gt_undecided_word, into large blocks */
    struct gt_u32s stale;        /* the keys of out->stale, as they were met */
    size_t undecided_kept[2];    /* words that leave small blocks undecided; and large ones */
    struct gt_windows *out;
};

static inline bool gt_open_for_bytes(const struct gt_gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->small, object) && !gt_bit(&gatherer->covered.half, object);
}

static inline bool gt_open_for_pointers(const struct gt_gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->partial, object) && !gt_bit(&gatherer->covered.full, object);
}

static inline bool gt_block_is_open(const struct gt_gatherer *gatherer, uint32_t object)
{
    return gt_open_for_bytes(gatherer, object) || gt_open_for_pointers(gatherer, object);
}

/* If such words are many, those into large blocks are kept. */
void gt_keep_undecided(struct gt_gatherer *gatherer, uint32_t object,
                       const struct gt_referrer *referrer, enum gt_word_verdict verdict);

/* May the block become a finding? */
bool gt_block_matters(const struct gt_gatherer *gatherer, uint32_t object);

/* After all words were seen. */
void gt_decide_stale(struct gt_gatherer *gatherer);
void gt_decide_references(struct gt_gatherer *gatherer);
void gt_decide_covered(struct gt_gatherer *gatherer);

/* Sorts the windows, and makes the blocks of them that are judged. */
void gt_make_blocks(struct gt_gatherer *gatherer);

#endif
