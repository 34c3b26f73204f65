/* Which blocks have to be looked at again, which are left undecided, and which have windows. */
#include "inspector/detect/windows/gatherer.h"
#include "inspector/detect/windows/stale.h"

#include <stdlib.h>

enum { MIN_BLOCK = 16 };

static bool is_settled(const struct gt_gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->covered.whole, object) || gt_bit(&gatherer->out->undecided, object);
}

/* If such words are many, those into large blocks are kept. */
void gt_keep_undecided(struct gt_gatherer *gatherer, uint32_t object,
                       const struct gt_referrer *referrer, enum gt_word_verdict verdict)
{
    struct gt_undecided_word word = {object, *referrer, (uint8_t)verdict};
    bool large = gt_heap_size(&gatherer->analysis->heap->graph, object) >= GT_LARGE_BLOCK;

    if (gt_bit_test_set(&gatherer->out->undecided, object)) return;
    if (gatherer->undecided_kept[large]++ < GT_MAX_UNDECIDED)
        gt_vec_add(&gatherer->out->undecided_words, &word);
}

/* The tiny allocator's blocks have parts of several owners. */
static bool is_too_small(const struct gt_gatherer *gatherer, uint32_t object)
{
    return gt_heap_size(&gatherer->analysis->heap->graph, object) < MIN_BLOCK ||
           gt_goheap_tiny(gatherer->analysis->heap, object);
}

bool gt_block_matters(const struct gt_gatherer *gatherer, uint32_t object)
{
    return !is_settled(gatherer, object) && gt_block_is_open(gatherer, object) &&
           !is_too_small(gatherer, object);
}

/* A block that only words that may be stale lead to has no windows. */
void gt_decide_stale(struct gt_gatherer *gatherer)
{
    for (size_t i = 0; i < gatherer->stale.len; i++) {
        uint32_t object = gatherer->stale.at[i];
        struct gt_referrer referrer = {.object = GT_NO_OBJECT,
                                       .root = gt_stale_root(gatherer->out, object)};
        if (!gt_bit(&gatherer->small, object) && !gt_bit(&gatherer->covered.half, object))
            gt_keep_undecided(gatherer, object, &referrer, GT_STALE_ONLY);
    }
}

/* A block whose windows would leave something out, if no untyped pointer covered it. */
void gt_decide_references(struct gt_gatherer *gatherer)
{
    const struct gt_bitmap *referenced = &gatherer->referenced;
    const struct gt_referrer nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < gatherer->references.len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(&gatherer->references, i);
        if (gt_block_is_open(gatherer, word->block))
            gt_keep_undecided(gatherer, word->block, &word->referrer, GT_UNTYPED);
    }
    for (size_t i = gt_bitmap_next(referenced, 0); i < referenced->bits;
         i = gt_bitmap_next(referenced, i + 1))
        if (gt_block_is_open(gatherer, (uint32_t)i))
            gt_keep_undecided(gatherer, (uint32_t)i, &nobody, GT_UNTYPED);
        else
            gt_bit_set(&gatherer->covered.whole, i);
}

/* Is it certain that the block is no finding? It is small, or memory of the runtime; or a window
 * leaves out less than half of the bytes and no pointer; or there is no window, and it is one
 * value. */
static bool is_covered(const struct gt_gatherer *gatherer, uint32_t block)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    bool half = gt_bit(&gatherer->covered.half, block);

    if (is_too_small(gatherer, block) || gt_window_is_runtimes(analysis, block)) return true;
    if (!half && !gt_bit(&gatherer->small, block)) return gt_window_is_one_value(analysis, block);
    return half &&
           (block >= analysis->heap->graph.scan_objects || gt_bit(&gatherer->covered.full, block));
}

void gt_decide_covered(struct gt_gatherer *gatherer)
{
    struct gt_bitmap *undecided = &gatherer->out->undecided;

    for (size_t i = 0; i < (undecided->bits + 63) / 64; i++)
        undecided->words[i] &= ~gatherer->covered.whole.words[i];
    for (size_t i = gt_bitmap_next(undecided, 0); i < undecided->bits;
         i = gt_bitmap_next(undecided, i + 1))
        if (is_covered(gatherer, (uint32_t)i)) gt_bit_clear(undecided, i);
}

static int by_block(const void *a, const void *b)
{
    const struct gt_window_ref *left = a, *right = b;

    if (left->block != right->block) return left->block < right->block ? -1 : 1;
    if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
    return left->cap > right->cap ? -1 : left->cap < right->cap;
}

void gt_make_blocks(struct gt_gatherer *gatherer)
{
    struct gt_windows *out = gatherer->out;

    if (out->list.len) qsort(out->list.data, out->list.len, sizeof(struct gt_window_ref), by_block);
    for (size_t i = 0, next; i < out->list.len; i = next) {
        const struct gt_window_ref *first = gt_vec_at(&out->list, i);
        struct gt_window_block block = {.block = first->block, .first = i};
        for (next = i; next < out->list.len; next++)
            if (((struct gt_window_ref *)gt_vec_at(&out->list, next))->block != block.block) break;
        block.count = next - i;
        gt_goheap_user(gatherer->analysis->heap, block.block, &block.size);
        block.wastes = gt_open_for_bytes(gatherer, block.block);
        block.loses = gt_open_for_pointers(gatherer, block.block);
        block.inferred = gt_bit(&gatherer->doubtful, block.block);
        block.stale = gt_stale_root(out, block.block);
        bool agreed = gt_window_block_complete(gatherer->analysis, out, &block);
        if (agreed && !gt_window_block_denied(gatherer->analysis, out, &block))
            gt_vec_add(&out->blocks, &block);
        else
            gt_keep_undecided(gatherer, block.block, &first->referrer,
                              agreed                              ? GT_CONTRADICTS
                              : gt_window_block_weak(out, &block) ? GT_MAY_BE_TEXT
                                                                  : GT_UNEQUAL);
    }
}
