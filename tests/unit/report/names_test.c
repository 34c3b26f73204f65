/* The words of signals, steps and reasons. */
#include "inspector/report/names.h"
#include "inspector/report/signals.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void each_ordinary_signal_has_the_name_that_libc_gives_it(void **state)
{
    (void)state;
    for (int signal = 1; signal < 32; signal++) {
        assert_memory_equal(gt_signal_name(signal), "SIG", 3);
        assert_string_equal(gt_signal_name(signal) + 3, sigabbrev_np(signal));
        assert_string_equal(gt_signal_text(signal).text, gt_signal_name(signal));
    }
}

static void another_signal_has_its_number(void **state)
{
    (void)state;
    assert_null(gt_signal_name(0));
    assert_null(gt_signal_name(-1));
    assert_null(gt_signal_name(SIGRTMIN));
    assert_string_equal(gt_signal_text(40).text, "signal 40");
    assert_string_equal(gt_signal_text(INT32_MIN).text, "signal -2147483648");
    assert_null(gt_signal_meaning(40));
    assert_null(gt_signal_meaning(SIGHUP));
}

static void each_reason_for_a_signal_has_words(void **state)
{
    (void)state;
    assert_null(gt_signal_reason_text(GT_SIGNAL_REASON_UNKNOWN));
    for (unsigned reason = 1; reason <= GT_SIGNAL_BY_KERNEL; reason++)
        assert_non_null(gt_signal_reason_text((enum gt_signal_reason)reason));
}

static void steps_that_are_left_out_are_counted(void **state)
{
    const struct gt_step step = {.kind = GT_STEP_LEFT_OUT, .count = UINT64_MAX};
    const struct gt_step named = {.what = "global main.head"};
    const struct gt_step entry = {.kind = GT_STEP_ENTRY};
    char text[GT_STEP_NAME];

    (void)state;
    assert_string_equal(gt_step_name(text, &step), "18446744073709551615 more objects");
    assert_string_equal(gt_step_name(text, &named), "global main.head");
    assert_string_equal(gt_step_name(text, &entry), "map entry");
}

static void a_goroutine_that_waits_is_named_by_what_it_waits_for(void **state)
{
    (void)state;
    assert_string_equal(gt_state_name("select", GT_STATUS_WAITING), "select");
    assert_string_equal(gt_state_name(NULL, GT_STATUS_SYSCALL), "syscall");
}

static void a_long_struct_is_named_without_its_fields(void **state)
{
    static const char type[] = "struct { name string; ok bool; also bool; more bool }";
    char text[GT_SHORT_TYPE], wide[2 * GT_SHORT_TYPE];
    const char *const kept[] = {"main.job", "struct { a int }", "struct { a [", "struct {"};

    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_ptr_equal(gt_short_type(text, kept[i]), kept[i]);
    assert_string_equal(
        gt_short_type(text, "map[string]struct { name string; in struct { a, b int }; ok bool }"),
        "map[string]struct {…}");
    assert_string_equal(
        gt_short_type(text, "struct { name string; of map[string]struct {}; ok bool }.name"),
        "struct {…}.name");
    memset(wide, 'w', sizeof wide);
    memcpy(wide + GT_SHORT_TYPE, type, sizeof type);
    assert_ptr_equal(gt_short_type(text, wide), wide);
    assert_string_equal(gt_short_type(text, type), "struct {…}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_ordinary_signal_has_the_name_that_libc_gives_it),
        cmocka_unit_test(another_signal_has_its_number),
        cmocka_unit_test(each_reason_for_a_signal_has_words),
        cmocka_unit_test(steps_that_are_left_out_are_counted),
        cmocka_unit_test(a_goroutine_that_waits_is_named_by_what_it_waits_for),
        cmocka_unit_test(a_long_struct_is_named_without_its_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
