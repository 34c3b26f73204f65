/* Two numbers as one: kinds and groups of roots are small numbers, program counters and offsets are
 * multiples of eight. */
#include "inspector/base/hash.h"
#include "inspector/detect/describe/looks.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MANY = 400 };

/* All pairs of MANY numbers that begin with `first` and are `step` apart. */
static void assert_apart(uint64_t first, uint64_t step)
{
    struct gt_map seen = {0};
    bool added;

    for (uint64_t a = 0; a < MANY; a++)
        for (uint64_t b = 0; b < MANY; b++) {
            gt_map_put(&seen, gt_look_blend(first + a * step, first + b * step), &added);
            assert_true(added);
        }
    gt_map_deinit(&seen);
}

static void pairs_are_distinguished(void **state)
{
    (void)state;
    assert_apart(0, 1);
    assert_apart(0x400000, 8);
    assert_apart((uint64_t)1 << 32, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_distinguished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
