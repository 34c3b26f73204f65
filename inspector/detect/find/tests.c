/* A condition is two readers and a relation. Numbers, bools and pointers are compared as numbers,
 * texts byte by byte. The outcome of all conditions is the first in the order of the enum that one
 * of them has. */
#include "inspector/detect/find/tests.h"

#include "inspector/base/error.h"

/* ---- binding ------------------------------------------------------------------------------- */

static bool is_order(enum gt_relation relation)
{
    return relation != GT_EQUAL && relation != GT_UNEQUAL;
}

/* Can the two sorts be compared? */
static bool go_together(enum gt_operand_sort one, enum gt_operand_sort other)
{
    switch (one) {
    case GT_SORT_NUMBER:
        return other == GT_SORT_NUMBER || other == GT_SORT_ADDRESS;
    case GT_SORT_ADDRESS:
        return other == GT_SORT_NUMBER || other == GT_SORT_ADDRESS || other == GT_SORT_NIL;
    case GT_SORT_REFERENCE:
        return other == GT_SORT_NIL;
    case GT_SORT_NIL:
        return other == GT_SORT_ADDRESS || other == GT_SORT_REFERENCE;
    case GT_SORT_BOOL:
    case GT_SORT_TEXT:
        return one == other;
    default:
        return false;
    }
}

static const char *advice_for(enum gt_operand_sort sort)
{
    static const char *const advice[] = {
        [GT_SORT_NUMBER] = "compare it with a number",
        [GT_SORT_BOOL] = "compare it with true or false",
        [GT_SORT_TEXT] = "compare its len() with a number, or it with a \"text\"",
        [GT_SORT_ADDRESS] = "compare it with nil or an address",
        [GT_SORT_REFERENCE] = "compare it with nil, or the len() of a slice with a number",
        [GT_SORT_NIL] = "compare it with a pointer",
        [GT_SORT_NONE] = "compare one of its fields, or len() of what has a length"};

    return advice[sort];
}

static struct gt_error *do_not_fit(const struct gt_heap_analysis *analysis,
                                   const struct gt_condition *condition, const struct gt_test *test)
{
    bool left = gt_operand_is_path(&condition->left);
    const struct gt_reader *asked = left ? &test->left : &test->right;
    unsigned column = left ? condition->left.column : condition->right.column;

    if (asked->sort == GT_SORT_NUMBER &&
        (left ? condition->left : condition->right).kind != GT_OPERAND_VALUE)
        return gt_condition_error(column, "a length is a number: compare it with one");
    return gt_condition_error(column, "what is there is of type %s: %s",
                              gt_types_name(analysis->process->types, asked->type),
                              advice_for(asked->sort));
}

/* Contents of the program's strings are secrets. */
static struct gt_error *check_texts(const struct gt_heap_analysis *analysis,
                                    const struct gt_condition *condition,
                                    const struct gt_test *test)
{
    unsigned column =
        condition->left.kind == GT_OPERAND_TEXT ? condition->left.column : condition->right.column;

    if (test->left.read && test->right.read)
        return gt_condition_error(column, "a string is compared with a \"text\" alone");
    if (analysis->show_data) return NULL;
    return gt_condition_error(column, "contents of strings are secrets, which are compared with "
                                      "--show-data alone; len() needs none");
}

static struct gt_error *check(const struct gt_heap_analysis *analysis,
                              const struct gt_condition *condition, const struct gt_test *test)
{
    enum gt_operand_sort left = test->left.sort, right = test->right.sort;

    if (!go_together(left, right)) return do_not_fit(analysis, condition, test);
    if (is_order(condition->relation) && (left != GT_SORT_NUMBER || right != GT_SORT_NUMBER))
        return gt_condition_error(condition->column,
                                  "expected == or !=: only numbers have an order");
    return left == GT_SORT_TEXT ? check_texts(analysis, condition, test) : NULL;
}

/* A constant that is compared with a float is rounded as by Go's compiler. */
static void round_to(const struct gt_heap_analysis *analysis, struct gt_reader *written,
                     const struct gt_reader *beside)
{
    uint8_t kind = beside->type ? gt_types_get(analysis->process->types, beside->type)->kind : 0;

    if (written->read || beside->sort != GT_SORT_NUMBER) return;
    if (kind == GT_T_FLOAT32) written->value.number = (float)written->value.number;
    if (kind == GT_T_FLOAT64) written->value.number = (double)written->value.number;
}

static struct gt_error *bind(const struct gt_heap_analysis *analysis,
                             const struct gt_condition *condition, gt_type_id type,
                             struct gt_test *out)
{
    struct gt_error *error = gt_reader_bind(analysis, &condition->left, type, &out->left);

    if (!error) error = gt_reader_bind(analysis, &condition->right, type, &out->right);
    if (!error) error = check(analysis, condition, out);
    if (error) return error;
    out->relation = condition->relation;
    round_to(analysis, &out->left, &out->right);
    round_to(analysis, &out->right, &out->left);
    return NULL;
}

struct gt_error *gt_tests_bind(const struct gt_heap_analysis *analysis,
                               const struct gt_conditions *conditions, gt_type_id type,
                               struct gt_tests *out)
{
    struct gt_error *error = NULL;

    out->analysis = analysis;
    out->count = conditions->count;
    out->list = gt_arena_alloc(analysis->storage, out->count * sizeof *out->list);
    for (size_t i = 0; i < out->count && !error; i++)
        error = bind(analysis, &conditions->list[i], type, &out->list[i]);
    return error;
}

/* ---- running ------------------------------------------------------------------------------- */

static bool relate(enum gt_relation relation, long double left, long double right)
{
    switch (relation) {
    case GT_EQUAL:
        return left == right;
    case GT_UNEQUAL:
        return left != right;
    case GT_LESS:
        return left < right;
    case GT_AT_MOST:
        return left <= right;
    case GT_GREATER:
        return left > right;
    default:
        return left >= right;
    }
}

/* Compares a text in memory with a constant, which is within the bounds of conditions. */
static enum gt_outcome compare_texts(const struct gt_tests *tests, enum gt_relation relation,
                                     const struct gt_read_value *memory,
                                     const struct gt_read_value *written)
{
    char bytes[GT_MOST_CONDITION];
    size_t length = (size_t)written->number;
    bool same = memory->number == written->number;

    if (same && length) {
        if (!gt_mem_read(tests->analysis->process->mem, memory->text, bytes, length))
            return GT_NOT_IN_CORE;
        same = memcmp(bytes, written->written, length) == 0;
    }
    return same == (relation == GT_EQUAL) ? GT_IS_MET : GT_NOT_MET;
}

static enum gt_outcome run(const struct gt_tests *tests, const struct gt_test *test, uint64_t addr)
{
    static const enum gt_outcome outcomes[] = {[GT_READ] = GT_IS_MET,
                                               [GT_READ_THROUGH_NIL] = GT_THROUGH_NIL,
                                               [GT_READ_NOT_IN_CORE] = GT_NOT_IN_CORE};
    struct gt_read_value left, right;
    enum gt_reading_of read = gt_reader_read(tests->analysis, &test->left, addr, &left);

    if (read == GT_READ) read = gt_reader_read(tests->analysis, &test->right, addr, &right);
    if (read != GT_READ) return outcomes[read];
    if (test->left.sort == GT_SORT_TEXT)
        return left.written ? compare_texts(tests, test->relation, &right, &left)
                            : compare_texts(tests, test->relation, &left, &right);
    return relate(test->relation, left.number, right.number) ? GT_IS_MET : GT_NOT_MET;
}

enum gt_outcome gt_tests_run(const struct gt_tests *tests, uint64_t addr, enum gt_outcome *each)
{
    enum gt_outcome all = GT_IS_MET;

    for (size_t i = 0; i < tests->count; i++) {
        each[i] = run(tests, &tests->list[i], addr);
        if (each[i] < all) all = each[i];
    }
    return all;
}
