/* The vector: growth, reserved room, search by key, copies, and use after it is freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/vec.h"

static void elements_keep_their_values_as_it_grows(void **state)
{
    struct gt_vec vec = GT_VEC_OF(uint64_t);

    (void)state;
    for (uint64_t i = 0; i < 10000; i++)
        gt_vec_add(&vec, &(uint64_t){i * i});
    assert_int_equal(vec.len, 10000);
    assert_true(vec.cap >= vec.len);
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(*(uint64_t *)gt_vec_at(&vec, i), i * i);
    gt_vec_deinit(&vec);
}

static void a_pushed_element_is_zero_also_where_one_was(void **state)
{
    struct gt_vec vec = GT_VEC_OF(uint32_t);

    (void)state;
    *(uint32_t *)gt_vec_push(&vec) = 7;
    gt_vec_clear(&vec);
    assert_int_equal(vec.len, 0);
    assert_int_equal(*(uint32_t *)gt_vec_push(&vec), 0);
    assert_int_equal(vec.len, 1);
    gt_vec_deinit(&vec);
}

static void reserved_room_is_not_moved(void **state)
{
    struct gt_vec vec = GT_VEC_OF(char[3]);

    (void)state;
    gt_vec_reserve(&vec, 100);
    void *data = vec.data;
    for (int i = 0; i < 100; i++)
        gt_vec_push(&vec);
    assert_ptr_equal(vec.data, data);
    gt_vec_reserve(&vec, 10);
    assert_ptr_equal(vec.data, data);
    gt_vec_deinit(&vec);
}

static void a_freed_vector_is_empty_and_usable(void **state)
{
    struct gt_vec vec = GT_VEC_OF(uint16_t);

    (void)state;
    gt_vec_push(&vec);
    gt_vec_deinit(&vec);
    assert_null(vec.data);
    assert_int_equal(vec.len, 0);
    *(uint16_t *)gt_vec_push(&vec) = 9;
    assert_int_equal(*(uint16_t *)gt_vec_at(&vec, 0), 9);
    gt_vec_deinit(&vec);
    gt_vec_deinit(&vec);
}

static void keys_are_searched_in_order(void **state)
{
    const uint64_t keys[] = {10, 20, 20, 30};
    struct gt_vec vec = GT_VEC_OF(uint64_t);

    (void)state;
    assert_int_equal(gt_vec_up_to(&vec, 10), 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        gt_vec_add(&vec, &keys[i]);
    assert_int_equal(gt_vec_up_to(&vec, 9), 0);
    assert_int_equal(gt_vec_up_to(&vec, 10), 1);
    assert_int_equal(gt_vec_up_to(&vec, 20), 3);
    assert_int_equal(gt_vec_up_to(&vec, 29), 3);
    assert_int_equal(gt_vec_up_to(&vec, UINT64_MAX), 4);
    gt_vec_deinit(&vec);
}

static void a_copy_goes_its_own_way(void **state)
{
    struct gt_vec vec = GT_VEC_OF(uint16_t), copy;

    (void)state;
    gt_vec_copy(&copy, &vec);
    assert_null(copy.data);
    *(uint16_t *)gt_vec_push(&vec) = 9;
    gt_vec_copy(&copy, &vec);
    *(uint16_t *)gt_vec_at(&vec, 0) = 8;
    assert_int_equal(copy.len, 1);
    assert_int_equal(*(uint16_t *)gt_vec_at(&copy, 0), 9);
    gt_vec_deinit(&vec);
    gt_vec_deinit(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_keep_their_values_as_it_grows),
        cmocka_unit_test(a_pushed_element_is_zero_also_where_one_was),
        cmocka_unit_test(reserved_room_is_not_moved),
        cmocka_unit_test(a_freed_vector_is_empty_and_usable),
        cmocka_unit_test(keys_are_searched_in_order),
        cmocka_unit_test(a_copy_goes_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
