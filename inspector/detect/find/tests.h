/*
 * Conditions that are bound to a type: does a value in memory meet them?
 *
 * Binding refuses comparisons that Go would refuse. It refuses contents of texts unless show_data
 * allows them, since comparing a text with others reveals what is in it. If a value cannot be
 * compared, since the core lacks it or a pointer on the path is nil, the condition is neither met
 * nor not met.
 */
#ifndef GT_DETECT_FIND_TESTS_H
#define GT_DETECT_FIND_TESTS_H

#include "inspector/detect/find/readers.h"

enum gt_outcome { /* of one condition, or of all: the first of these that one has */
                  GT_NOT_MET,
                  GT_NOT_IN_CORE,
                  GT_THROUGH_NIL,
                  GT_IS_MET,
                  GT_OUTCOMES
};

struct gt_test {
    struct gt_reader left, right;
    enum gt_relation relation;
};

struct gt_tests {
    const struct gt_heap_analysis *analysis;
    struct gt_test *list; /* in the analysis's storage */
    size_t count;
};

/* GT_ERR_USAGE when a condition does not fit the type. */
struct gt_error *gt_tests_bind(const struct gt_heap_analysis *analysis,
                               const struct gt_conditions *conditions, gt_type_id type,
                               struct gt_tests *out);

/* Tests the value at addr; each[i] becomes the outcome of condition i. */
enum gt_outcome gt_tests_run(const struct gt_tests *tests, uint64_t addr, enum gt_outcome *each);

#endif
