/* Reads from a memory of three pieces: within one, across two, past the end, at the last
 * address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/memory.h"

/* Three pieces: two that are adjacent, and one at the very end of the address space. */
struct pieces {
    struct piece {
        uint64_t addr;
        unsigned char bytes[8];
    } piece[3];
};

static const struct pieces pieces = {{
    {0x1000, {1, 2, 3, 4, 5, 6, 7, 8}},
    {0x1008, {9, 10, 11, 12, 13, 14, 15, 16}},
    {UINT64_MAX - 7, {0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff}},
}};

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    const struct pieces *of = ctx;

    for (size_t i = 0; i < 3; i++) {
        uint64_t offset = addr - of->piece[i].addr;
        if (offset >= 8) continue;
        *avail = 8 - offset;
        return of->piece[i].bytes + offset;
    }
    return NULL;
}

static const struct gt_memory memory = {.ctx = &pieces, .map = map};

static void reads_cross_from_piece_to_piece(void **state)
{
    unsigned char bytes[16];

    (void)state;
    assert_true(gt_mem_read(&memory, 0x1000, bytes, 16));
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(bytes[i], i + 1);
    assert_true(gt_mem_read(&memory, 0x5555, bytes, 0));
}

static void absent_bytes_are_not_read(void **state)
{
    unsigned char bytes[32];

    (void)state;
    assert_false(gt_mem_read(&memory, 0xfff, bytes, 2));
    assert_false(gt_mem_read(&memory, 0x1000, bytes, 17));
    assert_false(gt_mem_read(&memory, 0x1010, bytes, 1));
}

static void reads_do_not_wrap_around(void **state)
{
    unsigned char bytes[16];

    (void)state;
    assert_true(gt_mem_read(&memory, UINT64_MAX - 7, bytes, 8));
    assert_int_equal(bytes[7], 0xff);
    assert_false(gt_mem_read(&memory, UINT64_MAX - 7, bytes, 9));
}

static void words_are_little_endian_and_zero_extended(void **state)
{
    uint64_t word = 0;
    uint32_t half = 0;
    uint16_t quarter = 0;
    uint8_t byte = 0;

    (void)state;
    assert_true(gt_mem_u64(&memory, 0x1001, &word));
    assert_true(word == UINT64_C(0x0908070605040302));
    assert_true(gt_mem_u32(&memory, 0x1006, &half));
    assert_int_equal(half, 0x0a090807);
    assert_true(gt_mem_u16(&memory, 0x1007, &quarter));
    assert_int_equal(quarter, 0x0908);
    assert_true(gt_mem_u8(&memory, 0x100f, &byte));
    assert_int_equal(byte, 16);
    assert_true(gt_mem_uint(&memory, UINT64_MAX - 1, 2, &word));
    assert_int_equal(word, 0xfffe);
}

static void an_absent_word_leaves_no_trace(void **state)
{
    uint64_t word = 77;
    uint8_t byte = 7;

    (void)state;
    assert_false(gt_mem_uint(&memory, 0x1009, 8, &word)); /* half of it is absent */
    assert_false(gt_mem_uint(&memory, 0x1000, 3, &word)); /* no such size */
    assert_false(gt_mem_uint(&memory, 0x1000, 0, &word));
    assert_false(gt_mem_u8(&memory, 0x2000, &byte));
    assert_int_equal(word, 77);
    assert_int_equal(byte, 7);
}

static void a_view_is_of_one_piece(void **state)
{
    (void)state;
    assert_ptr_equal(gt_mem_at(&memory, 0x1002, 6), pieces.piece[0].bytes + 2);
    assert_null(gt_mem_at(&memory, 0x1002, 7));
    assert_null(gt_mem_at(&memory, 0x2000, 1));
}

static void loads_need_no_alignment(void **state)
{
    const unsigned char *odd = pieces.piece[0].bytes + 1;

    (void)state;
    assert_int_equal(gt_load16(odd), 0x0302);
    assert_int_equal(gt_load32(odd), 0x05040302);
    assert_true(gt_load64(pieces.piece[0].bytes) == UINT64_C(0x0807060504030201));
}

static void recent_memory_is_the_same(void **state)
{
    static const uint64_t addresses[] = {0,      0xfff,  0x1000, 0x1003,         0x1008,
                                         0x1000, 0x100f, 0x1010, UINT64_MAX - 7, UINT64_MAX - 8};
    struct gt_recent_memory recent;

    (void)state;
    gt_recent_init(&recent, &memory);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        uint64_t avail = 0, whole = 0;
        const unsigned char *bytes = recent.memory.map(&recent, addresses[i], &avail);
        assert_ptr_equal(bytes, memory.map(memory.ctx, addresses[i], &whole));
        if (bytes) assert_int_equal(avail, whole);
    }
}

static const unsigned char *map_once(const void *ctx, uint64_t addr, uint64_t *avail)
{
    ++*(unsigned *)ctx;
    return map(&pieces, addr, avail);
}

static void what_was_mapped_last_is_not_searched_again(void **state)
{
    unsigned searches = 0;
    const struct gt_memory counted = {.ctx = &searches, .map = map_once};
    struct gt_recent_memory recent;
    uint64_t word;

    (void)state;
    gt_recent_init(&recent, &counted);
    assert_true(gt_mem_uint(&recent.memory, 0x1000, 1, &word));
    unsigned first = searches;
    for (uint64_t addr = 0x1000; addr < 0x1008; addr++)
        assert_true(gt_mem_uint(&recent.memory, addr, 1, &word));
    assert_int_equal(searches, first);
    assert_true(gt_mem_uint(&recent.memory, 0x1008, 8, &word));
    assert_true(searches > first);
}

enum { LARGE = (4 << 20) + 4096 };

struct large {
    unsigned char bytes[LARGE];
    unsigned searches;
};

static const unsigned char *map_large(const void *ctx, uint64_t addr, uint64_t *avail)
{
    struct large *large = (struct large *)ctx;

    large->searches++;
    if (addr >= LARGE) return NULL;
    *avail = LARGE - addr;
    return large->bytes + addr;
}

/* The runtime lists its spans mostly backwards. */
static void who_goes_backwards_searches_seldom(void **state)
{
    static struct large large;
    const struct gt_memory counted = {.ctx = &large, .map = map_large};
    struct gt_recent_memory recent;
    uint64_t word;

    (void)state;
    gt_recent_init(&recent, &counted);
    for (uint64_t i = 0; i < LARGE / 8; i++)
        memcpy(large.bytes + i * 8, &i, 8);
    for (uint64_t i = LARGE / 8; i-- > 0;) {
        assert_true(gt_mem_u64(&recent.memory, i * 8, &word));
        assert_int_equal(word, i);
    }
    assert_in_range(large.searches, 1, 16);
    gt_recent_init(&recent, &counted);
    assert_null(gt_mem_at(&recent.memory, LARGE, 0));
    assert_null(gt_mem_at(&recent.memory, LARGE - 1, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cross_from_piece_to_piece),
        cmocka_unit_test(absent_bytes_are_not_read),
        cmocka_unit_test(reads_do_not_wrap_around),
        cmocka_unit_test(words_are_little_endian_and_zero_extended),
        cmocka_unit_test(an_absent_word_leaves_no_trace),
        cmocka_unit_test(a_view_is_of_one_piece),
        cmocka_unit_test(loads_need_no_alignment),
        cmocka_unit_test(recent_memory_is_the_same),
        cmocka_unit_test(what_was_mapped_last_is_not_searched_again),
        cmocka_unit_test(who_goes_backwards_searches_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
