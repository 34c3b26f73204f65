/* Which causes are reported, and which are only the consequence of another. */
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
        gt_u64s_add(&cause->edges.words, word);
    }
    return cause;
}

static enum gt_kind kind_at(const struct gt_causes *causes, size_t index)
{
    return ((const struct gt_cause *)gt_vec_at(&causes->list, index))->kind;
}

static void what_another_contains_is_its_consequence(void **state)
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

static void causes_that_overlap_stay(void **state)
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

/* Two causes together take away all edges of a third one: it is a consequence of neither. */
static void what_only_two_together_contain_stays(void **state)
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

static void a_surer_cause_stays(void **state)
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

/* Edges of another kind are different edges. Causes without edges stay. */
static void edges_of_another_sort_are_others(void **state)
{
    struct gt_causes causes;
    uint32_t number = 0x1000;

    (void)state;
    gt_causes_init(&causes);
    struct gt_cause *roots = gt_causes_add(&causes, GT_FINALIZER_CYCLE, GT_PROVEN);
    gt_u32s_add(&roots->edges.roots, number);
    struct gt_cause *no_out_edges = gt_causes_add(&causes, GT_HUNG_GOROUTINE, GT_PROVEN);
    gt_u32s_add(&no_out_edges->edges.no_out_edges, number);
    add(&causes, GT_TICKER, GT_PROVEN, 0x1000, 1);
    gt_causes_add(&causes, GT_SUBSTRING, GT_PROVEN);
    gt_consequences_drop(&causes);
    assert_int_equal(causes.list.len, 4);
    gt_causes_deinit(&causes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_another_contains_is_its_consequence),
        cmocka_unit_test(causes_that_overlap_stay),
        cmocka_unit_test(what_only_two_together_contain_stays),
        cmocka_unit_test(a_surer_cause_stays),
        cmocka_unit_test(edges_of_another_sort_are_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
