/* Works on whole words. A change is the exclusive or of two bitmaps, kept for the blocks of 16
 * words that differ, so applying it twice gives the first bitmap again. */
#include "inspector/base/bitmap.h"

#include "inspector/base/alloc.h"

#include <string.h>

static size_t word_count(const struct gt_bitmap *map)
{
    return (map->bits + 63) / 64;
}

void gt_bitmap_init(struct gt_bitmap *map, size_t bits)
{
    map->bits = bits;
    map->words = gt_calloc(word_count(map) + 1, sizeof *map->words);
}

void gt_bitmap_deinit(struct gt_bitmap *map)
{
    gt_free(map->words);
    *map = (struct gt_bitmap){0};
}

void gt_bitmap_copy(struct gt_bitmap *to, const struct gt_bitmap *from)
{
    memcpy(to->words, from->words, word_count(from) * sizeof *from->words);
}

void gt_bitmap_take(struct gt_bitmap *to, struct gt_bitmap *from)
{
    gt_bitmap_deinit(to);
    *to = *from;
    *from = (struct gt_bitmap){0};
}

void gt_bitmap_unite(struct gt_bitmap *to, const struct gt_bitmap *from)
{
    for (size_t i = 0; i < word_count(from); i++)
        if (from->words[i]) to->words[i] |= from->words[i];
}

void gt_bitmap_add_rest(struct gt_bitmap *to, const struct gt_bitmap *from,
                        const struct gt_bitmap *without)
{
    for (size_t i = 0; i < word_count(from); i++) {
        uint64_t rest = from->words[i] & ~(i < word_count(without) ? without->words[i] : 0);
        if (rest) to->words[i] |= rest;
    }
}

void gt_bitmap_reset(struct gt_bitmap *map)
{
    memset(map->words, 0, word_count(map) * sizeof *map->words);
}

size_t gt_bitmap_count(const struct gt_bitmap *map)
{
    size_t count = 0;

    for (size_t i = 0; i < word_count(map); i++)
        count += gt_ones(map->words[i]);
    return count;
}

size_t gt_bitmap_count_between(const struct gt_bitmap *map, size_t from, size_t to)
{
    if (from >= to) return 0;
    const uint64_t *word = &map->words[from >> 6], *last = &map->words[(to - 1) >> 6];
    uint64_t left = *word & ~(uint64_t)0 << (from & 63);
    size_t count = 0;

    while (word < last) {
        count += gt_ones(left);
        left = *++word;
    }
    return count + gt_ones(left & ~(uint64_t)0 >> (63 - ((to - 1) & 63)));
}

size_t gt_bitmap_next(const struct gt_bitmap *map, size_t from)
{
    if (from >= map->bits) return map->bits;
    size_t i = from >> 6;
    uint64_t word = map->words[i] & ~(uint64_t)0 << (from & 63);

    while (!word) {
        if (++i >= word_count(map)) return map->bits;
        word = map->words[i];
    }
    return i * 64 + (size_t)__builtin_ctzll(word);
}

uint64_t gt_bits_load_any(const unsigned char *bits, uint64_t size, uint64_t first, uint64_t count)
{
    uint64_t at = first / 8, value = 0;
    unsigned char more = at + 8 < size ? bits[at + 8] : 0;

    if (at + 8 <= size)
        value = gt_load64(bits + at);
    else if (at < size)
        memcpy(&value, bits + at, size - at);
    value >>= first % 8;
    if (first % 8) value |= (uint64_t)more << (64 - first % 8);
    return value & gt_low_bits(count);
}

/* ---- changes ------------------------------------------------------------------------------- */

enum { BLOCK_WORDS = 16 };

static size_t block_words(const struct gt_bitmap *map, size_t block)
{
    size_t left = word_count(map) - block * BLOCK_WORDS;

    return left < BLOCK_WORDS ? left : BLOCK_WORDS;
}

static bool differs(const struct gt_bitmap *from, const struct gt_bitmap *to, size_t block)
{
    size_t at = block * BLOCK_WORDS;

    return memcmp(from->words + at, to->words + at,
                  block_words(from, block) * sizeof *from->words) != 0;
}

void gt_bitmap_change_init(struct gt_bitmap_change *change, const struct gt_bitmap *from,
                           const struct gt_bitmap *to)
{
    *change =
        (struct gt_bitmap_change){.count = (word_count(from) + BLOCK_WORDS - 1) / BLOCK_WORDS};
    change->blocks = gt_calloc(change->count + 1, sizeof *change->blocks);
    for (size_t block = 0; block < change->count; block++) {
        if (!differs(from, to, block)) continue;
        uint64_t *words = gt_arena_alloc(&change->storage, BLOCK_WORDS * sizeof *words);
        for (size_t i = 0; i < block_words(from, block); i++)
            words[i] = from->words[block * BLOCK_WORDS + i] ^ to->words[block * BLOCK_WORDS + i];
        change->blocks[block] = words;
    }
}

void gt_bitmap_change_deinit(struct gt_bitmap_change *change)
{
    gt_free(change->blocks);
    gt_arena_deinit(&change->storage);
    *change = (struct gt_bitmap_change){0};
}

void gt_bitmap_change_apply(const struct gt_bitmap_change *change, struct gt_bitmap *map)
{
    for (size_t block = 0; block < change->count; block++) {
        const uint64_t *words = change->blocks[block];
        for (size_t i = 0; words && i < block_words(map, block); i++)
            map->words[block * BLOCK_WORDS + i] ^= words[i];
    }
}
