/* Blocks that will be filled: all of a block can be written, nothing beside it changes, and what
 * cannot be had ends the call. */
#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void all_of_it_can_be_written(void **state)
{
    static const size_t sizes[] = {1, 4096, 65535, 65536, 65537, 1 << 20, (3 << 20) + 5};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    unsigned char *blocks[SIZES];

    (void)state;
    errno = EXDEV;
    for (size_t i = 0; i < SIZES; i++) {
        blocks[i] = gt_alloc_filled(sizes[i]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i + 1, sizes[i]);
    }
    assert_int_equal(errno, EXDEV);
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t at = 0; at < sizes[i]; at++)
            if (blocks[i][at] != i + 1) fail_msg("byte %zu of %zu", at, sizes[i]);
        gt_free(blocks[i]);
    }
}

static struct gt_error *ask_for_too_much(void *args)
{
    (void)args;
    gt_alloc_filled(SIZE_MAX);
    return gt_error_plain(GT_ERR_USAGE, "a block of all memory");
}

static void what_cannot_be_had_ends_the_call(void **state)
{
    (void)state;
    struct gt_error *error = gt_call_alone(ask_for_too_much, NULL);
    assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
    gt_error_destroy(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_can_be_written),
        cmocka_unit_test(what_cannot_be_had_ends_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
