/* Stacks on a terminal: both ends of long ones, and recursion once. */
#include "inspector/report/text/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_PLACES = 64 };

/* A stack of these functions, each at a line of its own. */
static char *reported(const char *const *functions, size_t count)
{
    struct gt_source_location places[MAX_PLACES] = {{0}};
    struct gt_stack stack = {places, count};
    struct gt_style style = {.size = sizeof style, .width = 80};
    struct gt_page page;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct gt_source_location){.function = functions[i], .file = "main.go"};
    gt_page_init(&page, to, &style);
    gt_page_stack(&page, 0, &stack, NULL);
    fclose(to);
    return text;
}

static size_t lines_in(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void the_outermost_frames_are_reported(void **state)
{
    static const char *const functions[] = {"main.a", "main.b", "main.c", "main.d",
                                            "main.e", "main.f", "main.g", "main.h",
                                            "main.i", "main.j", "main.k", "main.main"};

    (void)state;
    char *text = reported(functions, 12);
    assert_non_null(strstr(text, "main.a "));
    assert_non_null(strstr(text, "main.e "));
    assert_non_null(strstr(text, "... 4 more\nmain.j "));
    assert_non_null(strstr(text, "main.main "));
    assert_int_equal(lines_in(text), 9);
    free(text);
}

static void one_frame_is_reported_where_a_line_would_say_that_it_is_left_out(void **state)
{
    static const char *const functions[] = {"main.a", "main.b", "main.c", "main.d",   "main.e",
                                            "main.f", "main.g", "main.h", "main.main"};

    (void)state;
    char *text = reported(functions, 9);
    assert_null(strstr(text, "more"));
    assert_int_equal(lines_in(text), 9);
    free(text);
}

static void recursion_is_reported_once(void **state)
{
    const char *functions[MAX_PLACES] = {"main.leaf"};

    (void)state;
    for (size_t i = 1; i < 41; i++)
        functions[i] = "main.down";
    functions[41] = "main.main";
    char *text = reported(functions, 42);
    assert_non_null(strstr(text, "main.down  main.go, 40 times\nmain.main"));
    assert_int_equal(lines_in(text), 3);
    free(text);
}

static void mutual_recursion_is_reported_once(void **state)
{
    const char *functions[MAX_PLACES];

    (void)state;
    for (size_t i = 0; i < 40; i++)
        functions[i] = i % 2 ? "main.pong" : "main.ping";
    functions[40] = "main.main";
    char *text = reported(functions, 41);
    assert_non_null(
        strstr(text, "main.pong  main.go\n... the 2 frames above, 20 times in all\nmain.main"));
    assert_int_equal(lines_in(text), 4);
    free(text);
}

/* Without a fixed order: a function that is called once is shown apart. */
static void functions_that_call_one_another_are_reported_once(void **state)
{
    const char *functions[MAX_PLACES] = {"main.leaf"};

    (void)state;
    for (uint32_t i = 1, random = 7; i < 41; i++, random = random * 1664525 + 1013904223)
        functions[i] = random >> 31 ? "main.walkExpr" : "main.walkStmt";
    functions[41] = "main.main";
    char *text = reported(functions, 42);
    assert_non_null(strstr(text, "main.leaf"));
    assert_non_null(
        strstr(text, "... the 2 functions above call one another, 40 calls in all\nmain.main"));
    assert_int_equal(lines_in(text), 5);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outermost_frames_are_reported),
        cmocka_unit_test(one_frame_is_reported_where_a_line_would_say_that_it_is_left_out),
        cmocka_unit_test(recursion_is_reported_once),
        cmocka_unit_test(mutual_recursion_is_reported_once),
        cmocka_unit_test(functions_that_call_one_another_are_reported_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
