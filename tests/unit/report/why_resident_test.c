/* The sentence that explains why a process takes much more memory than its live heap. */
#include "inspector/report/why_resident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

static const struct gt_memory_part tree[] = {
    {GT_MEMORY_LIVE, 1, 20 * MIB, 20 * MIB, GT_UNKNOWN, 0},
    {GT_MEMORY_GARBAGE, 1, 9 * MIB, 9 * MIB, GT_UNKNOWN, 0},
    {GT_MEMORY_IDLE_PAGES, 1, 14 * MIB, 14 * MIB, GT_UNKNOWN, 0},
    {GT_MEMORY_STACKS, 0, MIB, MIB, GT_UNKNOWN, 0},
    {GT_MEMORY_C_HEAP, 0, 64 * MIB, 6 * MIB, GT_UNKNOWN, 0},
};

static struct gt_report report_of(uint64_t live, uint64_t resident)
{
    struct gt_report report = {0};

    report.live.bytes = live;
    report.memory.resident_bytes = resident;
    report.memory.tree = tree;
    report.memory.tree_count = sizeof tree / sizeof *tree;
    report.memory.pacing =
        (struct gt_pacing){100, (int64_t)512 * MIB, 40 * MIB, 29 * MIB, 20 * MIB};
    return report;
}

static void assert_says(const struct gt_report *report, const char *sentence)
{
    struct gt_str said = {0};

    gt_say_why_resident(&said, report);
    assert_string_equal(gt_str_text(&said), sentence);
    gt_str_deinit(&said);
}

static void the_largest_causes_come_first_and_small_ones_not_at_all(void **state)
{
    struct gt_report report = report_of(20 * MIB, 50 * MIB);

    (void)state;
    assert_says(&report, "50 MiB of memory is resident, 2.5 times the live heap: 14 MiB free pages "
                         "that Go has not returned to the system yet; 9 MiB garbage that waits for "
                         "a collection (GOGC=100, GOMEMLIMIT=512 MiB: the next collection ends at "
                         "a heap of 40 MiB); 6 MiB of C's heap, which Go's collector does not see");
}

static void a_lower_bound_says_so(void **state)
{
    struct gt_report report = report_of(0, 5 * MIB);

    (void)state;
    report.memory.resident_is_least = true;
    report.memory.tree_count = 0;
    assert_says(&report, "at least 5 MiB of memory is resident");
}

static void nothing_is_said_where_there_is_nothing_to_explain(void **state)
{
    struct gt_report near = report_of(20 * MIB, 29 * MIB), small = report_of(MIB, 4 * MIB);

    (void)state;
    assert_says(&near, "");
    assert_says(&small, "");
}

static void what_is_not_known_of_the_collector_is_said(void **state)
{
    const struct gt_pacing unknown = {GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN};
    const struct gt_pacing off = {-1, INT64_MAX, INT64_MAX, 0, 0};
    struct gt_str said = {0};

    (void)state;
    gt_say_pacing(&said, &unknown);
    gt_str_add(&said, "; ");
    gt_say_pacing(&said, &off);
    assert_string_equal(gt_str_text(&said), "GOGC is not known; GOGC=off");
    gt_str_deinit(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_causes_come_first_and_small_ones_not_at_all),
        cmocka_unit_test(a_lower_bound_says_so),
        cmocka_unit_test(nothing_is_said_where_there_is_nothing_to_explain),
        cmocka_unit_test(what_is_not_known_of_the_collector_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
