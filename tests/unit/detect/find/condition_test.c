/* Conditions as text: how they are parsed, and which are refused at which column. */
#include "inspector/detect/find/condition.h"

#include "gotopsy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct gt_arena arena;
    struct gt_conditions conditions;
};

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;

    gt_arena_deinit(&fixture->arena);
    free(fixture);
    return 0;
}

static const struct gt_condition *parse(void **state, const char *text)
{
    struct fixture *fixture = *state;
    struct gt_error *error = gt_conditions_parse(text, &fixture->arena, &fixture->conditions);

    if (error) fail_msg("%s: %s", text, gt_error_message(error));
    return fixture->conditions.list;
}

static size_t count(void **state)
{
    return ((struct fixture *)*state)->conditions.count;
}

/* ---- accepted conditions ------------------------------------------------------------------- */

static void no_text_is_no_condition(void **state)
{
    parse(state, "");
    assert_int_equal(count(state), 0);
    parse(state, " \t\n ");
    assert_int_equal(count(state), 0);
}

static void a_path_has_its_names(void **state)
{
    const struct gt_condition *condition = parse(state, "next.owner._id9 == 5");

    assert_int_equal(condition->left.kind, GT_OPERAND_VALUE);
    assert_int_equal(condition->left.name_count, 3);
    assert_string_equal(condition->left.names[2], "_id9");
    assert_int_equal(condition->left.name_columns[2], 12);
    assert_int_equal(condition->relation, GT_EQUAL);
    assert_true(condition->right.number == 5);
    condition = parse(state, ".next.größe != 5");
    assert_string_equal(condition->left.names[1], "größe");
}

static void a_dot_is_the_value_itself(void **state)
{
    const struct gt_condition *condition = parse(state, ". > 5&&len(.)<7");

    assert_int_equal(count(state), 2);
    assert_int_equal(condition[0].left.name_count, 0);
    assert_int_equal(condition[1].left.kind, GT_OPERAND_LEN);
    assert_int_equal(condition[1].left.name_count, 0);
}

static void each_relation_is_read(void **state)
{
    const struct gt_condition *each = parse(state, "a==1 && a!=1 && a<1 && a<=1 && a>1 && a>=1");
    const enum gt_relation relations[] = {GT_EQUAL,   GT_UNEQUAL, GT_LESS,
                                          GT_AT_MOST, GT_GREATER, GT_AT_LEAST};

    assert_int_equal(count(state), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(each[i].relation, relations[i]);
    assert_string_equal(each[3].text, "a<=1");
}

static void numbers_are_as_go_writes_them(void **state)
{
    static const struct {
        const char *text;
        long double number;
    } rows[] = {{"a == 18446744073709551615", 18446744073709551615.0L},
                {"a == -9223372036854775808", -9223372036854775808.0L},
                {"a == 0xFF", 255},
                {"a == 1_000_000", 1000000},
                {"a == 1.5e3", 1500},
                {"a == 1e-2", 0.01L},
                {"a == 0x1e", 30},
                {"-3 == a", -3}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gt_condition *condition = parse(state, rows[i].text);
        const struct gt_operand *side =
            condition->left.kind == GT_OPERAND_NUMBER ? &condition->left : &condition->right;
        assert_int_equal(side->kind, GT_OPERAND_NUMBER);
        assert_true(side->number == rows[i].number);
    }
}

static void words_and_texts_are_read(void **state)
{
    const struct gt_condition *each =
        parse(state, "a == nil && b == true && false != c && d == \"x\\\"\\\\\\0 && y\"");

    assert_int_equal(count(state), 4);
    assert_int_equal(each[0].right.kind, GT_OPERAND_NIL);
    assert_true(each[1].right.truth);
    assert_int_equal(each[2].left.kind, GT_OPERAND_BOOL);
    assert_int_equal(each[3].right.length, 9);
    assert_memory_equal(each[3].right.text, "x\"\\\0 && y", 9);
}

static void a_bool_may_stand_alone(void **state)
{
    const struct gt_condition *each = parse(state, "open && !a.closed ");

    assert_int_equal(count(state), 2);
    assert_true(each[0].right.truth);
    assert_false(each[1].right.truth);
    assert_int_equal(each[1].right.kind, GT_OPERAND_BOOL);
    assert_string_equal(each[0].text, "open");
    assert_string_equal(each[1].text, "!a.closed");
}

static void lengths_and_fields_of_that_name_differ(void **state)
{
    const struct gt_condition *each =
        parse(state, "len(a.b) < cap ( a.b ) && len == 3 && a.len == 3 && length > 1");

    assert_int_equal(each[0].left.kind, GT_OPERAND_LEN);
    assert_int_equal(each[0].right.kind, GT_OPERAND_CAP);
    assert_string_equal(each[1].left.names[0], "len");
    assert_string_equal(each[2].left.names[1], "len");
    assert_string_equal(each[3].left.names[0], "length");
}

/* ---- refused conditions -------------------------------------------------------------------- */

static void errors_name_the_column(void **state)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *words;
    } rows[] = {{"a >", 4, "found the end"},
                {"a > > 5", 5, "'>'"},
                {"a 5", 3, "=="},
                {"> 5", 1, "expected a field"},
                {"len(a > 5", 7, "')'"},
                {"len() > 5", 5, "name of a field"},
                {"a..b == 1", 3, "name of a field"},
                {"a. == 1", 3, "name of a field"},
                {"a == 5x", 6, "number"},
                {"a == 0x", 6, "number"},
                {"a == 1e", 6, "number"},
                {"a == -", 6, "number"},
                {"a == - 5", 6, "number"},
                {"a == \"x", 6, "ends the text"},
                {"a == \"x\\q\"", 9, "in a text"},
                {"a[3] == 1", 2, "elements"},
                {"[3] == 1", 1, "elements"},
                {"1 == 2", 1, "a field on one side"},
                {"nil == nil", 1, "a field on one side"},
                {"a == 1 &&", 10, "found the end"},
                {"a == 1 || b == 2", 8, "||"},
                {"a == 1 b", 8, "&&"},
                {"!5", 2, "expected a field after '!'"},
                {"!a == 1", 4, "&&"},
                {"len(a)", 7, "=="},
                {"(a == 1)", 1, "expected a field"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *fixture = *state;
        char column[32];
        struct gt_error *error =
            gt_conditions_parse(rows[i].text, &fixture->arena, &fixture->conditions);
        if (!error) fail_msg("%s is taken", rows[i].text);
        snprintf(column, sizeof column, "column %u:", rows[i].column);
        assert_int_equal(gt_error_code(error), GT_ERR_USAGE);
        if (!strstr(gt_error_message(error), column) ||
            !strstr(gt_error_message(error), rows[i].words))
            fail_msg("%s: %s", rows[i].text, gt_error_message(error));
        gt_error_destroy(error);
    }
}

static void assert_bound(void **state, const char *text, const char *words)
{
    struct fixture *fixture = *state;
    struct gt_error *error = gt_conditions_parse(text, &fixture->arena, &fixture->conditions);

    assert_non_null(error);
    assert_non_null(strstr(gt_error_message(error), words));
    gt_error_destroy(error);
}

static void what_is_too_large_is_refused(void **state)
{
    char text[2 * GT_MOST_CONDITION];

    memset(text, 'a', sizeof text);
    text[GT_MOST_CONDITION + 1] = '\0';
    assert_bound(state, text, "at most 4096 bytes");
    for (size_t i = 0; i < GT_MOST_CONDITION - 1; i++)
        text[i] = i % 2 ? '.' : 'a';
    text[GT_MOST_CONDITION - 1] = '\0';
    assert_bound(state, text, "at most 16 names");
    *text = '\0';
    for (int i = 0; i <= GT_MOST_CONDITIONS; i++)
        strcat(text, i ? "&&a" : "a");
    assert_bound(state, text, "at most 16 conditions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_text_is_no_condition, begin, end),
        cmocka_unit_test_setup_teardown(a_path_has_its_names, begin, end),
        cmocka_unit_test_setup_teardown(a_dot_is_the_value_itself, begin, end),
        cmocka_unit_test_setup_teardown(each_relation_is_read, begin, end),
        cmocka_unit_test_setup_teardown(numbers_are_as_go_writes_them, begin, end),
        cmocka_unit_test_setup_teardown(words_and_texts_are_read, begin, end),
        cmocka_unit_test_setup_teardown(a_bool_may_stand_alone, begin, end),
        cmocka_unit_test_setup_teardown(lengths_and_fields_of_that_name_differ, begin, end),
        cmocka_unit_test_setup_teardown(errors_name_the_column, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, begin, end),
    };

    return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}
