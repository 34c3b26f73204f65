/* Sets of owners: joined, met, and asked for their members. */
#include "inspector/graph/sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void sets_are_known_by_what_is_in_them(void **state)
{
    struct gt_sets sets;
    uint32_t members[GT_SET_MAX];

    (void)state;
    gt_sets_init(&sets, 200);
    uint32_t odd = GT_SET_NONE, low = GT_SET_NONE;
    for (uint32_t i = 9; i-- > 0;) {
        if (i % 2) odd = gt_sets_join(&sets, odd, gt_set_of(i));
        if (i < 4) low = gt_sets_join(&sets, gt_set_of(i), low);
    }
    uint32_t both = gt_sets_meet(&sets, odd, low);
    assert_int_equal(gt_sets_members(&sets, both, members), 2);
    assert_int_equal(members[0], 1);
    assert_int_equal(members[1], 3);
    assert_int_equal(both, gt_sets_join(&sets, gt_set_of(3), gt_set_of(1)));
    assert_true(gt_sets_has(&sets, odd, 7) && !gt_sets_has(&sets, odd, 2));
    assert_int_equal(gt_sets_meet(&sets, odd, gt_set_of(5)), gt_set_of(5));
    assert_int_equal(gt_sets_meet(&sets, odd, gt_set_of(6)), GT_SET_NONE);
    assert_int_equal(gt_sets_meet(&sets, GT_SET_ALL, odd), odd);
    uint32_t many = GT_SET_NONE;
    for (uint32_t i = 0; i < 200; i++)
        many = gt_sets_join(&sets, many, gt_set_of(i));
    assert_int_equal(gt_sets_members(&sets, many, members), GT_SET_MAX);
    gt_sets_deinit(&sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_known_by_what_is_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
