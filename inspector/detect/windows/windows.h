/*
 * Windows: which parts of a heap block strings, slices and element pointers can still reach.
 *
 * A block qualifies when only windows of one element size point into it. Any other pointer covers
 * all of it; an untyped one leaves it undecided. Windows come from every word that a referrer of
 * the analysis holds (heap_analysis.h) and from every root.
 *
 * A word that may be stale covers nothing: a word of a frame that is scanned conservatively, or one
 * of a frame where debug information has no pointer. A finding with such a word is less sure
 * (stale.h).
 *
 * Windows from the shape of untyped memory are guesses (typing/shapes.h). Their elements are as
 * wide as all windows of the block allow, and a finding with such a window is at most likely.
 *
 * One pass over all pointers keeps a few bits for each object, and the windows of blocks that may
 * still become a finding. If these are too many, they are dropped, and a second pass collects them
 * again once the blocks are known.
 *
 * If several referrers have windows into a block, its main referrer names it, so that blocks with
 * the same referrers are one finding (main_referrers.h).
 *
 * Lengths are bytes. A block's bytes are those of its slot, less the allocator's header.
 */
#ifndef GT_DETECT_WINDOWS_H
#define GT_DETECT_WINDOWS_H

#include "inspector/detect/describe/looks.h"

struct gt_window_ref { /* one window */
    uint32_t block;
    struct gt_referrer referrer;
    uint64_t offset, len, cap; /* bytes; len <= cap */
    uint64_t elem_size;
    gt_type_id elem;
    uint8_t kind; /* GT_P_STRING, GT_P_SLICE or GT_P_POINTER */
    bool inferred, weak;
    bool bounded; /* its elements may be narrower, but not wider */
    bool unsure;  /* the word leaves open how far the window goes: it goes to the block's end */
    bool untyped; /* and what type its elements have */
};

struct gt_window_block { /* a block with all its windows */
    uint32_t block;
    uint64_t size;          /* of its data */
    uint64_t wasted, spare; /* outside every cap; between a len and a cap */
    size_t first, count;    /* indices in the windows */
    size_t main;            /* the one of these whose referrer names the block */
    uint64_t elem_size;
    bool strings, slices, elements; /* which kinds of windows it has */
    bool wastes;                    /* no window alone uses half of it */
    bool loses;                     /* it holds pointers outside windows */
    bool inferred;                  /* some of its windows are inferred, or may be missing */
    bool passing;                   /* a loop in a frame may be at one of its elements */
    uint32_t stale;                 /* a root that may be stale points to it; or GT_NO_ROOT */
};

struct gt_undecided_word { /* the first word that leaves a block undecided */
    uint32_t block;
    struct gt_referrer referrer; /* of the word; neither an object nor a root when no word is the
                                  * reason */
    uint8_t verdict;             /* enum gt_word_verdict */
};

struct gt_windows {
    struct gt_vec list;   /* struct gt_window_ref, by block and offset */
    struct gt_vec blocks; /* struct gt_window_block */
    struct gt_map stale;  /* block -> the first root that may be stale and points to it, + 1 */
    struct gt_bitmap undecided; /* blocks that are not judged */
    /* struct gt_undecided_word: of these blocks and of others; if they are many, not of all. */
    struct gt_vec undecided_words;
    struct gt_vec set_aside; /* struct gt_aside; set_aside.h fills it */
};

/* The windows of the analysis's referrers. They are collected once. The analysis keeps them until
 * the referrers change. */
const struct gt_windows *gt_windows_of(struct gt_heap_analysis *analysis);
void gt_windows_destroy(struct gt_heap_analysis *analysis);

static inline const struct gt_window_ref *
gt_window_of(const struct gt_windows *windows, const struct gt_window_block *block, size_t index)
{
    return gt_vec_at(&windows->list, block->first + index);
}

static inline const struct gt_window_ref *gt_window_main(const struct gt_windows *windows,
                                                         const struct gt_window_block *block)
{
    return gt_window_of(windows, block, block->main);
}

/* Fills in what follows from all windows of a block; false when their elements differ. Inferred
 * windows get the element size that fits them all. */
bool gt_window_block_complete(const struct gt_heap_analysis *analysis, struct gt_windows *windows,
                              struct gt_window_block *block);

/* Are all its windows weak? Then they do not judge the block. */
bool gt_window_block_weak(const struct gt_windows *windows, const struct gt_window_block *block);

/* Does a window of bytes cover words that are pointers by the block's own type? Then the window's
 * type is not the block's (unsafe made it), and what its owner uses of the block is not known. */
bool gt_window_block_denied(const struct gt_heap_analysis *analysis,
                            const struct gt_windows *windows, const struct gt_window_block *block);

/* Sets the bit of each element that a window's cap (or, if `by_len`, its len) touches. `elements`
 * has a bit for each whole element that the block has room for. */
void gt_windows_mark(const struct gt_windows *windows, const struct gt_window_block *block,
                     bool by_len, struct gt_bitmap *elements);

/* The block's windows for the report, at most `max`. */
struct gt_window *gt_windows_describe(const struct gt_heap_analysis *analysis,
                                      const struct gt_windows *windows,
                                      const struct gt_window_block *block, size_t max,
                                      size_t *count);

#endif
