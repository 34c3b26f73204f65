/*
 * Bitmaps over dense indices.
 *
 * Invariant: bits at and past `bits` are 0. Indices are the caller's to check.
 */
#ifndef GT_BASE_BITMAP_H
#define GT_BASE_BITMAP_H

#include "inspector/base/arena.h"
#include "inspector/base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_bitmap {
    uint64_t *words;
    size_t bits;
};

void gt_bitmap_init(struct gt_bitmap *map, size_t bits); /* all clear */
void gt_bitmap_deinit(struct gt_bitmap *map);
/* If `to` is larger, its other bits stay as they are. */
void gt_bitmap_copy(struct gt_bitmap *to, const struct gt_bitmap *from);
void gt_bitmap_take(struct gt_bitmap *to, struct gt_bitmap *from); /* which has no bits then */
/* Adds another map's bits. It is not larger. Words to which nothing is added are not written. */
void gt_bitmap_unite(struct gt_bitmap *to, const struct gt_bitmap *from);
/* The same for those of its bits that a third map, which is not larger, has not. */
void gt_bitmap_add_rest(struct gt_bitmap *to, const struct gt_bitmap *from,
                        const struct gt_bitmap *without);
void gt_bitmap_reset(struct gt_bitmap *map);
size_t gt_bitmap_count(const struct gt_bitmap *map);
/* How many bits are set in [from, to), which is in the map. */
size_t gt_bitmap_count_between(const struct gt_bitmap *map, size_t from, size_t to);

/* What changes one bitmap into another of the same size. It has memory only where they differ. */
struct gt_bitmap_change {
    uint64_t **blocks; /* by block of words; NULL: no change */
    size_t count;
    struct gt_arena storage;
};

void gt_bitmap_change_init(struct gt_bitmap_change *change, const struct gt_bitmap *from,
                           const struct gt_bitmap *to);
void gt_bitmap_change_deinit(struct gt_bitmap_change *change);
void gt_bitmap_change_apply(const struct gt_bitmap_change *change, struct gt_bitmap *map);

/* The first set bit at or after `from`, or map->bits when there is none. */
size_t gt_bitmap_next(const struct gt_bitmap *map, size_t from);

/* How many bits of a word are set. The compiler's builtin is a function call on machines that may
 * lack the instruction. The compiler makes it of a multiplication here, too, so there is none. */
static inline uint32_t gt_ones(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    word += word >> 8;
    word += word >> 16;
    return (uint32_t)(word + (word >> 32)) & 127;
}

static inline bool gt_bit(const struct gt_bitmap *map, size_t index)
{
    return map->words[index >> 6] >> (index & 63) & 1;
}

static inline void gt_bit_set(struct gt_bitmap *map, size_t index)
{
    map->words[index >> 6] |= (uint64_t)1 << (index & 63);
}

/* The lowest `count` bits; all of them for 64 or more. */
static inline uint64_t gt_low_bits(uint64_t count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

/* The `count` (at most 64) bits from bit `first` on, of the target's bitmap of `size` bytes. Those
 * past its end are 0. */
uint64_t gt_bits_load_any(const unsigned char *bits, uint64_t size, uint64_t first, uint64_t count);

/* The same. If one read of 8 bytes has all of these bits, that read is inline. */
static inline uint64_t gt_bits_load(const unsigned char *bits, uint64_t size, uint64_t first,
                                    uint64_t count)
{
    if (first % 8 + count > 64 || first / 8 + 8 > size)
        return gt_bits_load_any(bits, size, first, count);
    return gt_load64(bits + first / 8) >> first % 8 & gt_low_bits(count);
}

/* Sets the bits of `word` from bit `index` on. Bits past the map's end must be clear. */
static inline void gt_bitmap_add(struct gt_bitmap *map, size_t index, uint64_t word)
{
    unsigned shift = index & 63;

    if (!word) return;
    map->words[index >> 6] |= word << shift;
    if (shift && word >> (64 - shift)) map->words[(index >> 6) + 1] |= word >> (64 - shift);
}

/* The same, while other threads do so to words that have some of these bits. */
static inline void gt_bitmap_add_with_others(struct gt_bitmap *map, size_t index, uint64_t word)
{
    unsigned shift = index & 63;
    uint64_t rest = shift ? word >> (64 - shift) : 0, *at = &map->words[index >> 6];

    if (word) __atomic_fetch_or(at, word << shift, __ATOMIC_RELAXED);
    if (rest) __atomic_fetch_or(at + 1, rest, __ATOMIC_RELAXED);
}

static inline void gt_bit_clear(struct gt_bitmap *map, size_t index)
{
    map->words[index >> 6] &= ~((uint64_t)1 << (index & 63));
}

/* Sets the bit and says whether it was set before. */
static inline bool gt_bit_test_set(struct gt_bitmap *map, size_t index)
{
    uint64_t *word = &map->words[index >> 6], bit = (uint64_t)1 << (index & 63);
    bool was = *word & bit;
    *word |= bit;
    return was;
}

#endif
