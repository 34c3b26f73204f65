/* One analysis makes several documents one after the other, and none changes the next. */
#include "tests/unit/api/demo.h"

#include <stdlib.h>
#include <string.h>

struct memo { /* a stream into memory */
    FILE *to;
    char *text;
    size_t size;
};

static void memo_open(struct memo *memo)
{
    *memo = (struct memo){0};
    memo->to = open_memstream(&memo->text, &memo->size);
    assert_non_null(memo->to);
}

/* What was written, which the caller frees. */
static char *memo_close(struct memo *memo)
{
    fclose(memo->to);
    return memo->text;
}

/* Each makes one document, and returns it as JSON, which the caller frees. */

static char *report(struct gt_analysis *analysis)
{
    struct gt_report *report = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_report_create(analysis, NULL, &report));
    assert_null(gt_report_write(report, GT_FORMAT_JSON, NULL, memo.to));
    gt_report_destroy(report);
    return memo_close(&memo);
}

static char *goroutines(struct gt_analysis *analysis)
{
    struct gt_report_options options = {.size = sizeof options, .retained = true};
    struct gt_report *report = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_report_create_goroutines(analysis, &options, &report));
    assert_null(gt_goroutines_write(report, GT_FORMAT_JSON, NULL, memo.to));
    gt_report_destroy(report);
    return memo_close(&memo);
}

static char *waits(struct gt_analysis *analysis)
{
    struct gt_wait_graph *graph = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_wait_graph_create(analysis, NULL, &graph));
    assert_null(gt_wait_graph_write(graph, GT_FORMAT_JSON, NULL, memo.to));
    gt_wait_graph_destroy(graph);
    return memo_close(&memo);
}

static char *heap_by(struct gt_analysis *analysis, enum gt_heap_by by)
{
    struct gt_heap_options options = {.size = sizeof options, .by = by};
    struct gt_heap_table *table = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_heap_table_create(analysis, &options, &table));
    assert_null(gt_heap_table_write(table, GT_FORMAT_JSON, NULL, memo.to));
    gt_heap_table_destroy(table);
    return memo_close(&memo);
}

static char *by_type(struct gt_analysis *analysis)
{
    return heap_by(analysis, GT_HEAP_BY_TYPE);
}

static char *by_package(struct gt_analysis *analysis)
{
    return heap_by(analysis, GT_HEAP_BY_PACKAGE);
}

static char *by_root(struct gt_analysis *analysis)
{
    return heap_by(analysis, GT_HEAP_BY_ROOT);
}

static char *by_dominator(struct gt_analysis *analysis)
{
    return heap_by(analysis, GT_HEAP_BY_DOMINATOR);
}

static char *sessions(struct gt_analysis *analysis)
{
    struct gt_find_options options = {.size = sizeof options, .type = "main.session"};
    struct gt_find *found = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_find_create(analysis, &options, &found));
    assert_null(gt_find_write(found, GT_FORMAT_JSON, NULL, memo.to));
    gt_find_destroy(found);
    return memo_close(&memo);
}

/* Of a core and itself. */
static char *growth(struct gt_analysis *analysis)
{
    struct gt_diff_options options = {.size = sizeof options, .min_bytes = 1};
    struct gt_diff *diff = NULL;
    struct memo memo;

    memo_open(&memo);
    assert_null(gt_diff_create(analysis, analysis, &options, &diff));
    assert_null(gt_diff_write(diff, GT_FORMAT_JSON, NULL, memo.to));
    gt_diff_destroy(diff);
    return memo_close(&memo);
}

typedef char *question(struct gt_analysis *analysis);

static question *const questions[] = {report,  goroutines,   waits,    by_type, by_package,
                                      by_root, by_dominator, sessions, growth};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void asked_alone(char *answers[QUESTIONS])
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct gt_analysis *analysis = open_demo();
        answers[i] = questions[i](analysis);
        assert_true(strlen(answers[i]) > 1000);
        gt_close(analysis);
    }
}

static void ask(struct gt_analysis *analysis, size_t question, const char *expected)
{
    char *answer = questions[question](analysis);

    assert_string_equal(answer, expected);
    free(answer);
}

/* In a new analysis, `first` comes before all others, itself included, and after all of them. */
static void ask_first(size_t first, char *const answers[QUESTIONS])
{
    struct gt_analysis *analysis = open_demo();

    ask(analysis, first, answers[first]);
    for (size_t next = 0; next < QUESTIONS; next++)
        ask(analysis, next, answers[next]);
    ask(analysis, first, answers[first]);
    gt_close(analysis);
}

static void an_answer_does_not_depend_on_what_was_asked_before(void **state)
{
    char *answers[QUESTIONS];

    (void)state;
    asked_alone(answers);
    for (size_t first = 0; first < QUESTIONS; first++)
        ask_first(first, answers);
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
