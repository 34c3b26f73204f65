/* The wait graph for Graphviz. */
#include "tests/unit/report/writing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *drawn(const struct gt_wait_graph *graph)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_null(gt_wait_graph_write(graph, GT_FORMAT_DOT, NULL, file));
    fclose(file);
    return text;
}

static void a_group_is_named_by_the_programs_function(void **state)
{
    static const struct gt_source_location stack[] = {
        {.function = "internal/sync.(*Mutex).lockSlow"},
        {.function = "sync.(*Mutex).Lock"},
        {.function = "runtime.example/x.Lock"},
        {.function = "main.main"}};
    static const uint64_t ids[] = {7};
    const struct gt_waiting waiting = {.goroutine = 7,
                                       .ids = ids,
                                       .id_count = 1,
                                       .wait_reason = "sync.Mutex.Lock",
                                       .wait_ns = GT_UNKNOWN,
                                       .stack = {stack, sizeof stack / sizeof *stack}};
    const struct gt_wait_graph graph = {.waiting = &waiting, .waiting_count = 1};

    (void)state;
    char *text = drawn(&graph);
    assert_non_null(strstr(text, "runtime.example/x.Lock"));
    assert_null(strstr(text, "lockSlow"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_named_by_the_programs_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
