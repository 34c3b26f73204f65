/* The growable text; and alloc.h: copies of texts, empty blocks, sums that overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/alloc.h"
#include "inspector/base/str.h"

#include <stdlib.h>
#include <string.h>

static void an_empty_text_is_a_text(void **state)
{
    struct gt_str str = {0};

    (void)state;
    assert_string_equal(gt_str_text(&str), "");
    gt_str_add(&str, "");
    assert_string_equal(gt_str_text(&str), "");
    assert_int_equal(str.len, 0);
    gt_str_deinit(&str);
}

static void pieces_follow_each_other(void **state)
{
    struct gt_str str = {0};

    (void)state;
    gt_str_add(&str, "main");
    gt_str_addn(&str, ".(*server)", 2);
    gt_str_format(&str, "%s).%s %d%%", "*server", "loop", 7);
    assert_string_equal(gt_str_text(&str), "main.(*server).loop 7%");
    assert_int_equal(str.len, strlen(str.text));
    gt_str_deinit(&str);
    assert_string_equal(gt_str_text(&str), "");
}

static void it_grows_by_bytes_and_by_much(void **state)
{
    struct gt_str str = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        gt_str_add(&str, "ab");
    gt_str_format(&str, "%70000s", "end");
    assert_int_equal(str.len, 72000);
    assert_int_equal(strlen(str.text), 72000);
    assert_memory_equal(str.text + 1998, "ab ", 3);
    assert_string_equal(str.text + 71997, "end");
    gt_str_deinit(&str);
}

static void bytes_may_be_nul(void **state)
{
    struct gt_str str = {0};

    (void)state;
    gt_str_addn(&str, "a\0b", 3);
    assert_int_equal(str.len, 3);
    assert_memory_equal(str.text, "a\0b", 4);
    gt_str_deinit(&str);
}

static void copies_and_formats_are_the_callers(void **state)
{
    char *copy = gt_strdup("main.go"), *part = gt_strndup("main.go", 4);
    char *text = gt_format("%s:%u", part, 9u);

    (void)state;
    assert_string_equal(copy, "main.go");
    assert_string_equal(part, "main");
    assert_string_equal(text, "main:9");
    gt_free(copy);
    gt_free(part);
    gt_free(text);
}

static void nothing_can_be_allocated(void **state)
{
    void *none = gt_alloc(0), *cleared = gt_calloc(0, 8);

    (void)state;
    assert_non_null(none);
    assert_non_null(cleared);
    gt_free(gt_realloc(none, 0));
    gt_free(cleared);
}

static void sums_and_products_that_do_not_fit_are_reported(void **state)
{
    uint64_t out = 7;

    (void)state;
    assert_false(gt_add(UINT64_MAX, 1, &out));
    assert_false(gt_mul(UINT64_MAX / 2 + 1, 2, &out));
    assert_true(gt_add(UINT64_MAX, 0, &out));
    assert_true(out == UINT64_MAX);
    assert_true(gt_mul(UINT32_MAX, UINT32_MAX, &out));
    assert_true(out == UINT64_C(0xfffffffe00000001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_a_text),
        cmocka_unit_test(pieces_follow_each_other),
        cmocka_unit_test(it_grows_by_bytes_and_by_much),
        cmocka_unit_test(bytes_may_be_nul),
        cmocka_unit_test(copies_and_formats_are_the_callers),
        cmocka_unit_test(nothing_can_be_allocated),
        cmocka_unit_test(sums_and_products_that_do_not_fit_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
