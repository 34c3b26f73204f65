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
