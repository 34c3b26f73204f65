/*
 * Conditions on the fields of a value, as people write them: "len(token) > 10 && next != nil".
 *
 *     CONDITIONS  CONDITION && CONDITION ...
 *     CONDITION   OPERAND == != < <= > >= OPERAND, or PATH, or !PATH of a bool
 *     OPERAND     PATH, len(PATH), cap(PATH), a number, true, false, nil, "text"
 *     PATH        name.name.name as Go writes it; "." is the value itself
 *
 * A condition is text with a structure. tests.h binds it to types and memory. It is parsed from
 * left to right and never nests, so nothing recurses. Conditions that exceed the bounds below are
 * refused. Errors are GT_ERR_USAGE and name the column, counted in bytes from 1.
 */
#ifndef GT_DETECT_FIND_CONDITION_H
#define GT_DETECT_FIND_CONDITION_H

#include "inspector/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct gt_error;

enum {
    GT_MOST_CONDITIONS = 16,
    GT_MOST_NAMES = 16,      /* of a path */
    GT_MOST_CONDITION = 4096 /* bytes of all conditions */
};

enum gt_operand_kind {
    GT_OPERAND_VALUE, /* of a path */
    GT_OPERAND_LEN,
    GT_OPERAND_CAP,
    GT_OPERAND_NUMBER,
    GT_OPERAND_BOOL,
    GT_OPERAND_NIL,
    GT_OPERAND_TEXT,
};

struct gt_operand {
    enum gt_operand_kind kind;
    unsigned column;
    const char *names[GT_MOST_NAMES]; /* of a path, the outermost first */
    unsigned name_columns[GT_MOST_NAMES];
    size_t name_count; /* 0: the value itself */
    long double number;
    bool truth;
    const char *text; /* may contain NULs */
    size_t length;
};

enum gt_relation { GT_EQUAL, GT_UNEQUAL, GT_LESS, GT_AT_MOST, GT_GREATER, GT_AT_LEAST };

struct gt_condition {
    struct gt_operand left, right;
    enum gt_relation relation;
    unsigned column;  /* of the relation */
    const char *text; /* the condition as it was given */
};

struct gt_conditions {
    struct gt_condition list[GT_MOST_CONDITIONS];
    size_t count;
};

/* Texts go to `storage`. An empty text is no condition, which all values meet. */
struct gt_error *gt_conditions_parse(const char *text, struct gt_arena *storage,
                                     struct gt_conditions *out);

/* Is it a path, whose value is read from memory? Otherwise it is a constant. */
static inline bool gt_operand_is_path(const struct gt_operand *operand)
{
    return operand->kind <= GT_OPERAND_CAP;
}

/* An error with "condition, column 8: " before the message. */
struct gt_error *gt_condition_error(unsigned column, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
