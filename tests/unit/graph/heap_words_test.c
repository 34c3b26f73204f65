/* The words of an object: those that its mask or its tile says are pointers. */
#include "inspector/base/error.h"
#include "tests/unit/graph/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct words {
    size_t count;
    uint64_t offset[256], value[256];
};

static void collect(void *ctx, uint64_t offset, uint64_t value)
{
    struct words *words = ctx;

    assert_true(words->count < 256);
    words->offset[words->count] = offset;
    words->value[words->count++] = value;
}

static void words_follow_the_mask(void **state)
{
    struct little little;
    struct words words = {0};

    (void)state;
    assert_null(little_init(&little));
    little.mask[1] = 0xa0; /* node 3: words 1 and 3 */
    little_word(&little, 3, 0, 1);
    little_word(&little, 3, 1, 2);
    little_word(&little, 3, 3, 4);
    gt_heap_words(&little.heap, 3, collect, &words);
    assert_int_equal(words.count, 2);
    assert_int_equal(words.offset[0], 8);
    assert_int_equal(words.value[0], 2);
    assert_int_equal(words.offset[1], 24);
    assert_int_equal(words.value[1], 4);
    words.count = 0;
    gt_heap_words(&little.heap, LITTLE_NODES, collect, &words);
    assert_int_equal(words.count, 0);
    little_deinit(&little);
}

static void a_mask_is_never_read_past_its_end(void **state)
{
    enum { WORDS = 3, SLOTS = 5 }; /* 15 bits: two bytes, in a block of exactly that size */
    unsigned char *bytes = calloc(SLOTS, WORDS * 8), *mask = malloc(2);
    struct gt_region one = region(BASE, WORDS * 8, SLOTS);
    struct words words = {0};
    struct gt_heap heap;

    (void)state;
    mask[0] = mask[1] = 0xff;
    one.scan = GT_SCAN_BITMAP, one.bytes = bytes, one.mask = mask;
    assert_null(seal(&heap, &one, 1));
    for (uint32_t i = 0; i < SLOTS; i++)
        gt_heap_words(&heap, i, collect, &words);
    assert_int_equal(words.count, WORDS * SLOTS);
    gt_heap_deinit(&heap);
    free(bytes);
    free(mask);
}

static void a_slot_may_have_more_words_than_one_load_of_mask(void **state)
{
    enum { WORDS = 65, SLOTS = 3 };
    static unsigned char bytes[WORDS * SLOTS * 8], mask[(WORDS * SLOTS + 7) / 8];
    struct gt_region one = region(BASE, WORDS * 8, SLOTS);
    struct words words = {0};
    struct gt_heap heap;

    (void)state;
    memset(mask, 0xff, sizeof mask);
    mask[WORDS / 8] &= (unsigned char)~(1 << WORDS % 8); /* slot 1, word 0 */
    one.scan = GT_SCAN_BITMAP, one.bytes = bytes, one.mask = mask;
    assert_null(seal(&heap, &one, 1));
    gt_heap_words(&heap, 1, collect, &words);
    assert_int_equal(words.count, WORDS - 1);
    for (size_t i = 0; i < words.count; i++)
        assert_int_equal(words.offset[i], (i + 1) * 8);
    gt_heap_deinit(&heap);
}

static void without_bytes_or_mask_there_are_no_words(void **state)
{
    unsigned char bytes[32] = {0}, mask[1] = {0xff};
    struct gt_region regions[2] = {region(BASE, 32, 1), region(BASE + PAGE, 32, 1)};
    struct words words = {0};
    struct gt_heap heap;

    (void)state;
    regions[0].scan = regions[1].scan = GT_SCAN_BITMAP;
    regions[0].mask = mask;
    regions[1].bytes = bytes;
    assert_null(seal(&heap, regions, 2));
    gt_heap_words(&heap, 0, collect, &words);
    gt_heap_words(&heap, 1, collect, &words);
    assert_int_equal(words.count, 0);
    gt_heap_deinit(&heap);
}

/* ---- tiles ---------------------------------------------------------------------------------- */

enum { TILED_WORDS = 200 };

static struct gt_tile give_tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    assert_int_equal(region->tag, 42);
    assert_int_equal(slot, 1);
    return *(const struct gt_tile *)ctx;
}

/* The words of slot 1 of two, which `tile` describes; each holds its own offset. */
static void tiled_words(struct gt_tile tile, struct words *words)
{
    static unsigned char bytes[2 * TILED_WORDS * 8];
    struct gt_region one = region(BASE, TILED_WORDS * 8, 2);
    struct gt_heap heap;

    for (uint64_t word = 0; word < TILED_WORDS; word++)
        memcpy(bytes + (TILED_WORDS + word) * 8, &(uint64_t){word * 8}, 8);
    one.scan = GT_SCAN_TILED, one.bytes = bytes, one.tag = 42;
    gt_heap_init(&heap, (struct gt_heap_source){.ctx = &tile, .tile = give_tile});
    gt_heap_add(&heap, &one);
    assert_null(gt_heap_seal(&heap));
    words->count = 0;
    gt_heap_words(&heap, 1, collect, words);
    gt_heap_deinit(&heap);
}

/* The same by the definition, word by word. */
static void expect_tiled(struct gt_tile tile)
{
    struct words words = {0};
    size_t expected = 0;

    tiled_words(tile, &words);
    for (uint64_t word = tile.skip; word < TILED_WORDS; word++) {
        uint64_t at = (word - tile.skip) % tile.period;
        if (at >= tile.ptr_words || !(tile.bits[at / 8] >> at % 8 & 1)) continue;
        assert_true(expected < words.count);
        assert_int_equal(words.offset[expected], word * 8);
        assert_int_equal(words.value[expected], word * 8);
        expected++;
    }
    assert_int_equal(words.count, expected);
}

static void tiles_repeat_after_the_skip(void **state)
{
    static const unsigned char bits[] = {0x9b, 0x5e, 0x01, 0xff, 0x80, 0x37, 0xaa, 0x55, 0x9b,
                                         0x5e, 0x01, 0xff, 0x80, 0x37, 0xaa, 0x55, 0x9b, 0x5e,
                                         0x01, 0xff, 0x80, 0x37, 0xaa, 0x55, 0xfe};

    (void)state;
    for (uint64_t period = 1; period <= TILED_WORDS; period++)
        for (uint64_t words = 1; words <= period; words += words > 9 ? 13 : 1)
            for (uint64_t skip = 0; skip < 3; skip++)
                expect_tiled((struct gt_tile){bits, period, words, skip});
}

static void tiles_without_pointers_have_none(void **state)
{
    static const unsigned char ones[] = {0xff};
    const struct gt_tile none[] = {
        {NULL, 1, 1, 0},           {ones, 1, 0, 0},          {ones, 0, 1, 0},
        {ones, 1, 1, TILED_WORDS}, {ones, 1, 1, UINT64_MAX},
    };
    struct words words;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        tiled_words(none[i], &words);
        assert_int_equal(words.count, 0);
    }
}

static void tiles_stay_in_their_slot_whatever_they_claim(void **state)
{
    static unsigned char ones[TILED_WORDS / 8];
    struct words words;

    (void)state;
    memset(ones, 0xff, sizeof ones);
    tiled_words((struct gt_tile){ones, UINT64_MAX, UINT64_MAX, 0}, &words);
    assert_int_equal(words.count, TILED_WORDS);
    tiled_words((struct gt_tile){ones, UINT64_MAX, UINT64_MAX, 3}, &words);
    assert_int_equal(words.count, TILED_WORDS - 3);
    tiled_words((struct gt_tile){ones, 2, UINT64_MAX, 0}, &words);
    assert_int_equal(words.count, TILED_WORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_follow_the_mask),
        cmocka_unit_test(a_mask_is_never_read_past_its_end),
        cmocka_unit_test(a_slot_may_have_more_words_than_one_load_of_mask),
        cmocka_unit_test(without_bytes_or_mask_there_are_no_words),
        cmocka_unit_test(tiles_repeat_after_the_skip),
        cmocka_unit_test(tiles_without_pointers_have_none),
        cmocka_unit_test(tiles_stay_in_their_slot_whatever_they_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
