/* Two analyses in two threads at once: each gives what one alone gives. So does an analysis that
 * uses threads itself. `make tsan` runs this under ThreadSanitizer. */
#include "gotopsy.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEMO "corefiles/demo/demo.core.zst"

enum { THREADS = 2 };

struct answer {
    char *text; /* JSON documents, one after the other; NULL: something failed */
    size_t size;
    unsigned threads; /* of the analysis; 0: as many as there are processors */
};

static struct gt_error *write_report(struct gt_analysis *analysis, FILE *to)
{
    struct gt_report *report = NULL;
    struct gt_error *error = gt_report_create(analysis, NULL, &report);

    if (!error) error = gt_report_write(report, GT_FORMAT_JSON, NULL, to);
    gt_report_destroy(report);
    return error;
}

static struct gt_error *write_check(struct gt_analysis *analysis, FILE *to)
{
    struct gt_check *check = NULL;
    struct gt_error *error = gt_check_create(analysis, NULL, &check);

    if (!error) error = gt_check_write(check, GT_FORMAT_JSON, NULL, to);
    gt_check_destroy(check);
    return error;
}

static struct gt_error *write_waits(struct gt_analysis *analysis, FILE *to)
{
    struct gt_wait_graph *graph = NULL;
    struct gt_error *error = gt_wait_graph_create(analysis, NULL, &graph);

    if (!error) error = gt_wait_graph_write(graph, GT_FORMAT_JSON, NULL, to);
    gt_wait_graph_destroy(graph);
    return error;
}

/* No assertion here: cmocka's belong to the thread of the test. */
static void *analyse(void *arg)
{
    struct answer *answer = arg;
    struct gt_core_options options = {
        .size = sizeof options, .core_path = DEMO, .threads = answer->threads};
    struct gt_analysis *analysis = NULL;
    FILE *to = open_memstream(&answer->text, &answer->size);
    struct gt_error *error = gt_open(&options, &analysis);

    if (!error) error = write_report(analysis, to);
    if (!error) error = write_check(analysis, to);
    if (!error) error = write_waits(analysis, to);
    fclose(to);
    gt_close(analysis);
    if (error) {
        free(answer->text);
        answer->text = NULL;
    }
    gt_error_destroy(error);
    return NULL;
}

static void analyses_at_once_give_what_one_alone_gives(void **state)
{
    struct answer alone = {0}, answers[THREADS] = {{0}};
    pthread_t threads[THREADS];

    (void)state;
    analyse(&alone);
    assert_non_null(alone.text);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, analyse, &answers[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_non_null(answers[i].text);
        assert_string_equal(answers[i].text, alone.text);
        free(answers[i].text);
    }
    free(alone.text);
}

static void any_number_of_threads_gives_the_same(void **state)
{
    struct answer one = {.threads = 1};

    (void)state;
    analyse(&one);
    assert_non_null(one.text);
    for (unsigned threads = 2; threads <= 8; threads *= 2) {
        struct answer many = {.threads = threads};
        analyse(&many);
        assert_non_null(many.text);
        assert_string_equal(many.text, one.text);
        free(many.text);
    }
    free(one.text);
}

static void compare(unsigned threads, struct answer *answer)
{
    struct gt_core_options options = {
        .size = sizeof options, .core_path = DEMO, .threads = threads};
    struct gt_analysis *older, *newer;
    struct gt_diff *diff;
    FILE *to = open_memstream(&answer->text, &answer->size);

    assert_null(gt_open(&options, &older));
    assert_null(gt_open(&options, &newer));
    assert_null(gt_diff_create(older, newer, NULL, &diff));
    assert_null(gt_diff_write(diff, GT_FORMAT_JSON, NULL, to));
    gt_diff_destroy(diff);
    gt_close(newer);
    gt_close(older);
    fclose(to);
}

static void two_cores_are_compared_alike(void **state)
{
    struct answer one, many;

    (void)state;
    compare(1, &one);
    compare(4, &many);
    assert_string_equal(one.text, many.text);
    free(one.text);
    free(many.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(analyses_at_once_give_what_one_alone_gives),
        cmocka_unit_test(any_number_of_threads_gives_the_same),
        cmocka_unit_test(two_cores_are_compared_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
