/* A report stands alone: it is written after everything that it was made from is freed. */
#include "tests/unit/api/demo.h"

#include <stdlib.h>
#include <string.h>

static void write_all(const struct gt_report *report)
{
    static const enum gt_format formats[] = {GT_FORMAT_TEXT, GT_FORMAT_JSON, GT_FORMAT_MARKDOWN};
    char *text = NULL;
    size_t size = 0;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        FILE *to = open_memstream(&text, &size);
        assert_null(gt_report_write(report, formats[i], NULL, to));
        fclose(to);
        assert_non_null(strstr(text, "main.session.token"));
        free(text);
    }
}

static void a_report_outlives_its_analysis(void **state)
{
    struct gt_analysis *analysis = open_demo();
    struct gt_report *report = NULL;

    (void)state;
    assert_null(gt_report_create(analysis, NULL, &report));
    gt_close(analysis);
    assert_int_equal(report->finding_count, 7);
    write_all(report);
    gt_report_destroy(report);
}

static void a_check_outlives_its_analysis(void **state)
{
    struct gt_analysis *analysis = open_demo();
    struct gt_check *check = NULL;

    (void)state;
    assert_null(gt_check_create(analysis, NULL, &check));
    gt_close(analysis);
    assert_int_equal(check->verdict, GT_EXACT);
    gt_check_destroy(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_outlives_its_analysis),
        cmocka_unit_test(a_check_outlives_its_analysis),
    };

    return cmocka_run_group_tests_name("api lifetimes", tests, NULL, NULL);
}
