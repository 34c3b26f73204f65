/* Which causes are told beside one another, and which are only the consequence of another. */
#include "inspector/detect/retention/consequences.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct gt_cause *add(struct gt_causes *causes, enum gt_kind kind,
                            enum gt_confidence confidence, uint64_t first_word, uint64_t words)
{
    struct gt_cause *cause = gt_causes_add(causes, kind, confidence);

    for (uint64_t i = 0; i < words; i++) {
        uint64_t word = first_word + i * 8;
        gt_vec_add(&cause->edges.words, &word);
    }
    return cause;
}

static enum gt_kind kind_at(const struct gt_causes *causes, size_t index)
{
    return ((const struct gt_cause *)gt_vec_at(&causes->list, index))->kind;
}

static void test_contained(void **state)
{
    struct gt_causes causes;

    (void)state;
    gt_causes_init(&causes);
    add(&causes, GT_TICKER, GT_SUSPECT, 0x1000, 3);
    add(&causes, GT_DEFERRED_CALLS, GT_PROVEN, 0x1000, 8);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 1);
    assert_int_equal(kind_at(&causes, 0), GT_DEFERRED_CALLS);
    gt_causes_deinit(&causes);
}

static void test_overlapping(void **state)
{
    struct gt_causes causes;

    (void)state;
    gt_causes_init(&causes);
    add(&causes, GT_TICKER, GT_SUSPECT, 0x1000, 4);
    add(&causes, GT_DEFERRED_CALLS, GT_PROVEN, 0x1008, 8);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 2);
    gt_causes_deinit(&causes);
}

/* Two causes together may take away all that a third one does: it is neither's consequence. */
static void test_between_two(void **state)
{
    struct gt_causes causes;

    (void)state;
    gt_causes_init(&causes);
    add(&causes, GT_HUNG_GOROUTINE, GT_PROVEN, 0x1000, 4);
    add(&causes, GT_HUNG_GOROUTINE, GT_PROVEN, 0x1020, 4);
    add(&causes, GT_TICKER, GT_SUSPECT, 0x1018, 2);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 3);
    gt_causes_deinit(&causes);
}

static void test_surer(void **state)
{
    struct gt_causes causes;

    (void)state;
    gt_causes_init(&causes);
    add(&causes, GT_HUNG_GOROUTINE, GT_PROVEN, 0x1000, 3);
    add(&causes, GT_HUNG_GOROUTINE, GT_SUSPECT, 0x1000, 8);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 2);
    gt_causes_deinit(&causes);
}

/* Edges of another sort are other edges; causes without any stay. */
static void test_other_sorts(void **state)
{
    struct gt_causes causes;
    uint32_t number = 0x1000;

    (void)state;
    gt_causes_init(&causes);
    struct gt_cause *roots = gt_causes_add(&causes, GT_FINALIZER_CYCLE, GT_PROVEN);
    gt_vec_add(&roots->edges.roots, &number);
    struct gt_cause *muted = gt_causes_add(&causes, GT_HUNG_GOROUTINE, GT_PROVEN);
    gt_vec_add(&muted->edges.muted, &number);
    add(&causes, GT_TICKER, GT_PROVEN, 0x1000, 1);
    gt_causes_add(&causes, GT_SUBSTRING, GT_PROVEN);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 4);
    gt_causes_deinit(&causes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contained),   cmocka_unit_test(test_overlapping),
        cmocka_unit_test(test_between_two), cmocka_unit_test(test_surer),
        cmocka_unit_test(test_other_sorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
