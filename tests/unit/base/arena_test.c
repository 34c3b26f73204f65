/* The bump allocator: blocks of all sizes are cleared, aligned and apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/arena.h"

#include <string.h>

static void expect_zero_and_aligned(const unsigned char *block, size_t size)
{
    assert_int_equal((uintptr_t)block % 16, 0);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(block[i], 0);
}

static void blocks_are_cleared_aligned_and_apart(void **state)
{
    struct gt_arena arena = {0};
    enum { BLOCKS = 3000 };
    unsigned char *blocks[BLOCKS];

    (void)state;
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = gt_arena_alloc(&arena, i % 97);
        expect_zero_and_aligned(blocks[i], i % 97);
        memset(blocks[i], (int)i & 0xff, i % 97);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t at = 0; at < i % 97; at++)
            assert_int_equal(blocks[i][at], i & 0xff);
    gt_arena_deinit(&arena);
}

static void large_blocks_have_room(void **state)
{
    struct gt_arena arena = {0};
    static const size_t sizes[] = {1, 16 * 1024, 16 * 1024 + 1, 64 * 1024, 1000 * 1000, 1};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = gt_arena_alloc(&arena, sizes[i]);
        expect_zero_and_aligned(block, sizes[i]);
        memset(block, 0xff, sizes[i]);
    }
    gt_arena_deinit(&arena);
}

static void a_text_ends_with_a_zero(void **state)
{
    struct gt_arena arena = {0};

    (void)state;
    assert_string_equal(gt_arena_strndup(&arena, "goroutine", 2), "go");
    assert_string_equal(gt_arena_strndup(&arena, "", 0), "");
    assert_string_equal(gt_arena_format(&arena, "%s:%d", "main.go", 42), "main.go:42");
    assert_int_equal(strlen(gt_arena_format(&arena, "%100000d", 1)), 100000);
    gt_arena_deinit(&arena);
}

static void a_freed_arena_is_empty_and_usable(void **state)
{
    struct gt_arena arena = {0};

    (void)state;
    gt_arena_alloc(&arena, 10);
    gt_arena_deinit(&arena);
    assert_null(arena.chunks);
    assert_non_null(gt_arena_alloc(&arena, 10));
    gt_arena_deinit(&arena);
    gt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_cleared_aligned_and_apart),
        cmocka_unit_test(large_blocks_have_room),
        cmocka_unit_test(a_text_ends_with_a_zero),
        cmocka_unit_test(a_freed_arena_is_empty_and_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
