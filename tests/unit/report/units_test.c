/* Numbers in readable form; escaped text and its columns. */
#include "gotopsy.h"
#include "inspector/report/escape.h"
#include "inspector/report/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void bytes_have_binary_units(void **state)
{
    (void)state;
    assert_string_equal(gt_bytes(0).text, "0 B");
    assert_string_equal(gt_bytes(1023).text, "1023 B");
    assert_string_equal(gt_bytes(1024).text, "1 KiB");
    assert_string_equal(gt_bytes(17613).text, "17.2 KiB");
    assert_string_equal(gt_bytes(1024 * 1024 - 1).text, "1 MiB");
    assert_string_equal(gt_bytes(214ull << 20).text, "214 MiB");
    assert_string_equal(gt_bytes(UINT64_MAX).text, "16 EiB");
}

static void counts_are_exact_up_to_a_million(void **state)
{
    (void)state;
    assert_string_equal(gt_exact(0).text, "0");
    assert_string_equal(gt_exact(999).text, "999");
    assert_string_equal(gt_exact(1000).text, "1,000");
    assert_string_equal(gt_exact(UINT64_MAX).text, "18,446,744,073,709,551,615");
    assert_string_equal(gt_count(999999).text, "999,999");
    assert_string_equal(gt_count(6812345).text, "6.8 M");
    assert_string_equal(gt_count(999999999).text, "1 G");
}

static void a_duration_has_its_largest_units(void **state)
{
    (void)state;
    assert_string_equal(gt_duration(GT_UNKNOWN).text, "?");
    assert_string_equal(gt_duration(0).text, "0ns");
    assert_string_equal(gt_duration(1500).text, "1.5us");
    assert_string_equal(gt_duration(250000000).text, "250ms");
    assert_string_equal(gt_duration(1000000000).text, "1s");
    assert_string_equal(gt_duration(-3000000).text, "-3ms");
    assert_string_equal(gt_duration(11520000000000).text, "3h12m");
    assert_string_equal(gt_duration(86400000000000).text, "1d");
    assert_string_equal(gt_duration(INT64_MAX).text, "106751d23h");
}

static void a_part_of_nothing_has_no_percent(void **state)
{
    (void)state;
    assert_string_equal(gt_percent(1, 0).text, "?");
    assert_string_equal(gt_percent(0, 10).text, "0.0%");
    assert_string_equal(gt_percent(42, 100).text, "42%");
    assert_string_equal(gt_percent(100, 100).text, "100%");
    assert_string_equal(gt_percent(99999, 100000).text, "99.9%");
}

static void what_could_move_a_cursor_is_escaped(void **state)
{
    static const struct {
        const char *raw, *safe;
    } rows[] = {
        {"plain", "plain"},
        {"tab\tnew\nline\r", "tab\\tnew\\nline\\r"},
        {"\033[2J\x7f", "\\x1b[2J\\x7f"},
        {"\xc2\x9b", "\\x9b"},               /* U+009b: CSI in one character */
        {"\xe2\x80\xae", "\\u202e"},         /* right-to-left override */
        {"\xf3\xa0\x80\x81", "\\U000e0001"}, /* an invisible tag */
        {"caf\xc3\xa9 \xe6\xbc\xa2", "caf\xc3\xa9 \xe6\xbc\xa2"},
        {"\xc0\x80\xed\xa0\x80", "\\xc0\\x80\\xed\\xa0\\x80"}, /* overlong, surrogate */
        {"cut \xe6\xbc", "cut \\xe6\\xbc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gt_str text = {0};
        gt_escape(&text, rows[i].raw);
        assert_string_equal(gt_str_text(&text), rows[i].safe);
        gt_str_deinit(&text);
    }
}

static void a_text_has_the_columns_that_a_terminal_gives_it(void **state)
{
    (void)state;
    assert_int_equal(gt_columns("abc", 3), 3);
    assert_int_equal(gt_columns("caf\xc3\xa9", 5), 4);
    assert_int_equal(gt_columns("\xe6\xbc\xa2", 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_have_binary_units),
        cmocka_unit_test(counts_are_exact_up_to_a_million),
        cmocka_unit_test(a_duration_has_its_largest_units),
        cmocka_unit_test(a_part_of_nothing_has_no_percent),
        cmocka_unit_test(what_could_move_a_cursor_is_escaped),
        cmocka_unit_test(a_text_has_the_columns_that_a_terminal_gives_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
