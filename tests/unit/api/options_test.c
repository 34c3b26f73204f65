/* The effects of options on entry points. usage_test.c has the options that are refused. */
#include "tests/unit/api/demo.h"
#include "tests/unit/synth/synth.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void must(struct gt_error *error)
{
    if (error) fail_msg("%s", gt_error_message(error));
}

static void must_be_usage(struct gt_error *error)
{
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_USAGE);
    gt_error_destroy(error);
}

static void options_of_an_earlier_version_are_taken(void **state)
{
    struct gt_core_options options = {.size = offsetof(struct gt_core_options, exe_paths),
                                      .core_path = DEMO,
                                      .sysroot = "no such folder, and not looked at"};
    struct gt_analysis *analysis = NULL;

    (void)state;
    must(gt_open(&options, &analysis));
    gt_close(analysis);
}

static void options_of_a_later_version_are_taken_while_the_rest_is_zero(void **state)
{
    struct {
        struct gt_report_options known;
        uint64_t unknown;
    } options = {.known = {.size = sizeof options, .instances = 1}};
    struct gt_analysis *analysis = open_demo();
    struct gt_report *report = NULL;

    (void)state;
    must(gt_report_create(analysis, &options.known, &report));
    for (size_t i = 0; i < report->finding_count; i++)
        assert_int_equal(report->findings[i].instance_count, 1);
    gt_report_destroy(report);
    options.unknown = 1;
    must_be_usage(gt_report_create(analysis, &options.known, &report));
    gt_close(analysis);
}

/* Arguments of a command line may be passwords. */
static void arguments_are_data(void **state)
{
    struct gt_report_options options = {.size = sizeof options};
    struct gt_analysis *analysis = synth_open(synth_begin(state, "go1.26.8"));
    struct gt_report *report = NULL;

    must(gt_report_create(analysis, &options, &report));
    assert_string_equal(report->core.command, "./synth");
    assert_true(report->core.arguments_hidden);
    gt_report_destroy(report);
    options.show_data = true;
    must(gt_report_create(analysis, &options, &report));
    assert_string_equal(report->core.command, "./synth --token=s3cret");
    assert_false(report->core.arguments_hidden);
    gt_report_destroy(report);
}

static char *report_of_demo(void)
{
    struct gt_analysis *analysis = open_demo();
    struct gt_report *report = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    must(gt_report_create(analysis, NULL, &report));
    must(gt_report_write(report, GT_FORMAT_JSON, NULL, to));
    fclose(to);
    gt_report_destroy(report);
    gt_close(analysis);
    return text;
}

static void *report_in_thread(void *unused)
{
    (void)unused;
    return report_of_demo();
}

static void two_analyses_in_two_threads_do_not_meet(void **state)
{
    char *alone = report_of_demo();
    pthread_t threads[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, report_in_thread, NULL), 0);
    for (int i = 0; i < 2; i++) {
        void *text;
        assert_int_equal(pthread_join(threads[i], &text), 0);
        assert_string_equal(text, alone);
        free(text);
    }
    free(alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_an_earlier_version_are_taken),
        cmocka_unit_test(options_of_a_later_version_are_taken_while_the_rest_is_zero),
        cmocka_unit_test_teardown(arguments_are_data, synth_end),
        cmocka_unit_test(two_analyses_in_two_threads_do_not_meet),
    };

    return cmocka_run_group_tests_name("api options", tests, NULL, NULL);
}
