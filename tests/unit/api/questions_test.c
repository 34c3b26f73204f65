/* One analysis makes several documents one after the other, and none changes the next. */
#include "gotopsy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEMO "corefiles/demo/demo.core.zst"

static struct gt_analysis *open_demo(void)
{
    struct gt_core_options options = {.size = sizeof options, .core_path = DEMO};
    struct gt_analysis *analysis = NULL;
    struct gt_error *error = gt_open(&options, &analysis);

    if (error) fail_msg("%s", gt_error_message(error));
    return analysis;
}

/* Each makes one document, and returns it as JSON, which the caller frees. */

static char *report(struct gt_analysis *analysis)
{
    struct gt_report *report = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    assert_null(gt_report_create(analysis, NULL, &report));
    assert_null(gt_report_write(report, GT_FORMAT_JSON, NULL, to));
    gt_report_destroy(report);
    fclose(to);
    return text;
}

static char *goroutines(struct gt_analysis *analysis)
{
    struct gt_report_options options = {.size = sizeof options, .retained = true};
    struct gt_report *report = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    assert_null(gt_report_create_goroutines(analysis, &options, &report));
    assert_null(gt_goroutines_write(report, GT_FORMAT_JSON, NULL, to));
    gt_report_destroy(report);
    fclose(to);
    return text;
}

static char *waits(struct gt_analysis *analysis)
{
    struct gt_wait_graph *graph = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    assert_null(gt_wait_graph_create(analysis, NULL, &graph));
    assert_null(gt_wait_graph_write(graph, GT_FORMAT_JSON, NULL, to));
    gt_wait_graph_destroy(graph);
    fclose(to);
    return text;
}

typedef char *question(struct gt_analysis *analysis);

static question *const questions[] = {report, goroutines, waits};
enum { QUESTIONS = sizeof questions / sizeof *questions };
/* Each after each, also after itself. */
static const unsigned char order[] = {0, 0, 1, 1, 2, 2, 0, 2, 1, 0};

static void asked_alone(char *answers[QUESTIONS])
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct gt_analysis *analysis = open_demo();
        answers[i] = questions[i](analysis);
        assert_true(strlen(answers[i]) > 1000);
        gt_close(analysis);
    }
}

static void an_answer_does_not_depend_on_what_was_asked_before(void **state)
{
    char *answers[QUESTIONS];
    struct gt_analysis *analysis = open_demo();

    (void)state;
    asked_alone(answers);
    for (size_t i = 0; i < sizeof order; i++) {
        char *answer = questions[order[i]](analysis);
        assert_string_equal(answer, answers[order[i]]);
        free(answer);
    }
    gt_close(analysis);
    for (size_t i = 0; i < QUESTIONS; i++)
        free(answers[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_does_not_depend_on_what_was_asked_before),
    };

    return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
