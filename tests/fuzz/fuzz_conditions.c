/* Conditions of `find`: the input is their text. */
#include "inspector/base/error.h"
#include "inspector/detect/find/condition.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void check(bool right)
{
    if (!right) abort();
}

/* A parsed condition is within the bounds, and its text is a condition itself. */
static void check_condition(const struct gt_condition *condition, size_t size)
{
    const struct gt_operand *sides[] = {&condition->left, &condition->right};

    check(gt_operand_is_path(sides[0]) || gt_operand_is_path(sides[1]));
    for (int i = 0; i < 2; i++) {
        check(sides[i]->name_count <= GT_MOST_NAMES && sides[i]->column <= size + 1);
        for (size_t at = 0; at < sides[i]->name_count; at++)
            check(*sides[i]->names[at] && sides[i]->name_columns[at] <= size);
    }
    check(strlen(condition->text) <= size);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_conditions *conditions = malloc(sizeof *conditions);
    char *text = malloc(size + 1);
    struct gt_arena arena = {0};

    if (!text || !conditions) abort();
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct gt_error *error = gt_conditions_parse(text, &arena, conditions);
    check(conditions->count <= GT_MOST_CONDITIONS);
    for (size_t i = 0; !error && i < conditions->count; i++)
        check_condition(&conditions->list[i], size);
    if (error)
        check(gt_error_code(error) == GT_ERR_USAGE && !strchr(gt_error_message(error), '\n'));
    gt_error_destroy(error);
    gt_arena_deinit(&arena);
    free(text);
    free(conditions);
    return 0;
}
