/*
 * The walk over the pointer words of one slot. Private to graph/.
 *
 * It is inlined into each of its users with its visitor, since the mark spends most of its time
 * here. Masks are read 56 bits at a time: one load gives that many from any bit on, and nearly
 * every slot with a bitmap fits. Hosts are little-endian (base/memory.h).
 *
 * Nothing that a tile claims can make the walk leave the slot or not end: period, ptr_words and
 * skip are first cut down to the slot's length.
 */
#ifndef GT_GRAPH_WALK_H
#define GT_GRAPH_WALK_H

#include "inspector/base/memory.h"
#include "inspector/graph/heap.h"

enum { GT_WALK_BITS = 56 };

#define GT_INLINE static inline __attribute__((always_inline))

GT_INLINE uint64_t gt_walk_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The bits of `bits` from `bit` on, at least 57 of them; those past `bytes` bytes are 0. */
GT_INLINE uint64_t gt_walk_load(const unsigned char *bits, uint64_t bytes, uint64_t bit)
{
    uint64_t byte = bit >> 3, word = 0;

    if (byte + 8 <= bytes)
        word = gt_load64(bits + byte);
    else if (byte < bytes)
        memcpy(&word, bits + byte, bytes - byte);
    return word >> (bit & 7);
}

/* Visits the words at slot + offset, `words` of them, whose bits are set from `bit` on; false when
 * none is set. */
GT_INLINE bool gt_walk_bits(const unsigned char *bits, uint64_t bytes, uint64_t bit, uint64_t words,
                            const unsigned char *slot, uint64_t offset, gt_word_fn *visit,
                            void *ctx)
{
    bool any = false;

    for (uint64_t word = 0; word < words; word += GT_WALK_BITS) {
        uint64_t width = gt_walk_min(words - word, GT_WALK_BITS);
        uint64_t set = gt_walk_load(bits, bytes, bit + word) & (((uint64_t)1 << width) - 1);
        any |= set != 0;
        for (; set; set &= set - 1) {
            uint64_t at = offset + (word + (uint64_t)__builtin_ctzll(set)) * 8;
            visit(ctx, at, gt_load64(slot + at));
        }
    }
    return any;
}

/* Limits a tile to a slot of `words` words, and repeats a short tile within *pattern, so that an
 * array of small elements is walked many elements at a time. */
GT_INLINE void gt_walk_fit_tile(struct gt_tile *tile, uint64_t words, uint64_t *pattern)
{
    if (!tile->bits) tile->ptr_words = 0;
    tile->period = gt_walk_min(tile->period, words);
    tile->ptr_words = gt_walk_min(tile->ptr_words, tile->period);
    if (!tile->ptr_words || tile->period > GT_WALK_BITS / 2) return;
    *pattern = gt_walk_load(tile->bits, (tile->ptr_words + 7) / 8, 0) &
               (((uint64_t)1 << tile->ptr_words) - 1);
    for (; tile->period <= GT_WALK_BITS / 2; tile->period *= 2)
        *pattern |= *pattern << tile->period;
    tile->ptr_words = tile->period;
    tile->bits = (const unsigned char *)pattern;
}

/* Visits the pointer words of a slot of `words` words that `tile` describes. */
GT_INLINE void gt_walk_tiles(struct gt_tile tile, uint64_t words, const unsigned char *slot,
                             gt_word_fn *visit, void *ctx)
{
    uint64_t pattern;

    gt_walk_fit_tile(&tile, words, &pattern);
    if (!tile.ptr_words) return;
    uint64_t bytes = (tile.ptr_words + 7) / 8;
    for (uint64_t start = tile.skip; start < words; start += tile.period)
        gt_walk_bits(tile.bits, bytes, 0, gt_walk_min(tile.ptr_words, words - start), slot,
                     start * 8, visit, ctx);
}

/* The same for those of its words that lie in `between`, in bytes of the slot. */
GT_INLINE bool gt_walk_tiles_between(struct gt_tile tile, uint64_t words, struct gt_filled between,
                                     const unsigned char *slot, gt_word_fn *visit, void *ctx)
{
    uint64_t pattern, from = between.start / 8, to = between.end / 8;

    gt_walk_fit_tile(&tile, words, &pattern);
    if (!tile.ptr_words) return false;
    uint64_t start = tile.skip, bytes = (tile.ptr_words + 7) / 8;
    if (from > start) start += (from - start) / tile.period * tile.period;
    for (; start < to; start += tile.period) {
        uint64_t low = start < from ? from - start : 0;
        uint64_t high = gt_walk_min(tile.ptr_words, to - start);
        if (low < high)
            gt_walk_bits(tile.bits, bytes, low, high - low, slot, (start + low) * 8, visit, ctx);
    }
    return true;
}

/* Visits the pointer words in a part of a slot, in bytes of it. The core has the slot's bytes, and
 * the part is in the slot. False if it is known that none of them is a pointer. */
GT_INLINE bool gt_walk_part(const struct gt_heap *heap, const struct gt_region *region,
                            uint32_t slot, struct gt_filled part, gt_word_fn *visit, void *ctx)
{
    const unsigned char *bytes = region->bytes + slot * region->slot_size;
    uint64_t words = region->slot_size / 8;

    if (region->scan == GT_SCAN_BITMAP)
        return gt_walk_bits(region->mask, region->mask_bytes, slot * words + part.start / 8,
                            (part.end - part.start) / 8, bytes, part.start, visit, ctx);
    struct gt_tile tile = heap->source.tile(heap->source.ctx, region, slot);
    return gt_walk_tiles_between(tile, words, part, bytes, visit, ctx);
}

/* Visits the pointer words of a slot of a sparse region. */
void gt_walk_sparse(const struct gt_heap *heap, const struct gt_region *region, uint32_t slot,
                    gt_word_fn *visit, void *ctx);

/* The same for a slot of a small region. */
GT_INLINE bool gt_walk_small(const struct gt_region *region, uint32_t slot, gt_word_fn *visit,
                             void *ctx)
{
    uint64_t offset = slot * region->slot_size, words = region->slot_size / 8;
    uint64_t set = gt_walk_load(region->mask, region->mask_bytes, offset / 8);
    const unsigned char *bytes = region->bytes + offset;

    set &= ((uint64_t)1 << words) - 1;
    bool any = set;
    for (; set; set &= set - 1) {
        uint64_t at = (uint64_t)__builtin_ctzll(set) * 8;
        visit(ctx, at, gt_load64(bytes + at));
    }
    return any;
}

/* Visits the pointer words of a slot of `words` words, if the core has its bytes. False if it is
 * known that none of them is a pointer. */
GT_INLINE bool gt_walk_slot(const struct gt_heap *heap, const struct gt_region *region,
                            uint32_t slot, uint64_t words, gt_word_fn *visit, void *ctx)
{
    if (region->small) return gt_walk_small(region, slot, visit, ctx);
    if (!region->bytes || region->scan == GT_SCAN_NONE) return true;
    const unsigned char *bytes = region->bytes + slot * region->slot_size;
    if (region->sparse) {
        gt_walk_sparse(heap, region, slot, visit, ctx);
        return true;
    }
    if (region->scan == GT_SCAN_BITMAP)
        return gt_walk_bits(region->mask, region->mask_bytes, slot * words, words, bytes, 0, visit,
                            ctx);
    struct gt_tile tile = heap->source.tile(heap->source.ctx, region, slot);
    gt_walk_tiles(tile, words, bytes, visit, ctx);
    return tile.bits && tile.ptr_words;
}

#endif
