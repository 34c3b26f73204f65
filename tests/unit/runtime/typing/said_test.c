/* What a chunk says: each share has its own in order, and all that may be said has room, however it
 * falls to the shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "inspector/runtime/typing/spread/said.h"

typedef unsigned share_fn(unsigned number, unsigned shares);

static unsigned by_turns(unsigned number, unsigned shares)
{
    return number % shares;
}

static unsigned all_to_the_last(unsigned number, unsigned shares)
{
    (void)number;
    return shares - 1;
}

/* One each to all shares but the first, at the end. */
static unsigned mostly_to_the_first(unsigned number, unsigned shares)
{
    unsigned left = GT_ARRAYS - 1 - number % GT_ARRAYS;

    return left < shares ? left : 0;
}

static void say_all(struct gt_said *said, share_fn *share_of, unsigned shares)
{
    for (unsigned i = 0; i < GT_FACTS; i++)
        gt_say_fact(said, share_of(i, shares), (struct gt_fact){i, i + 1});
    for (unsigned i = 0; i < GT_ARRAYS; i++)
        gt_say_array(said, share_of(i, shares), (struct gt_array){.value = i, .object = i + 1});
    assert_true(said->fact_pieces <= GT_FACT_PIECES);
    assert_true(said->array_pieces <= GT_ARRAY_PIECES);
}

/* The next number that falls to the share. */
static unsigned next_of(unsigned number, share_fn *share_of, unsigned shares, unsigned share)
{
    while (share_of(number, shares) != share)
        number++;
    return number;
}

static unsigned expect_facts(struct gt_said *said, share_fn *share_of, unsigned shares,
                             unsigned share)
{
    const struct gt_said_of *of = &said->of[share];
    unsigned count, next = 0;

    for (unsigned at = 0; at < of->facts; at += count) {
        const struct gt_fact *facts = gt_facts_from(said, of, at, &count);
        assert_in_range(count, 1, of->facts - at);
        for (unsigned i = 0; i < count; i++, next++) {
            next = next_of(next, share_of, shares, share);
            assert_int_equal(facts[i].object, next);
            assert_int_equal(facts[i].what, next + 1);
        }
    }
    assert_null(gt_facts_from(said, of, of->facts, &count));
    assert_int_equal(count, 0);
    return of->facts;
}

static unsigned expect_arrays(struct gt_said *said, share_fn *share_of, unsigned shares,
                              unsigned share)
{
    const struct gt_said_of *of = &said->of[share];
    unsigned count, next = 0;

    for (unsigned at = 0; at < of->arrays; at += count) {
        const struct gt_array *arrays = gt_arrays_from(said, of, at, &count);
        assert_in_range(count, 1, of->arrays - at);
        for (unsigned i = 0; i < count; i++, next++) {
            next = next_of(next, share_of, shares, share);
            assert_int_equal(arrays[i].value, next);
            assert_int_equal(arrays[i].object, next + 1);
        }
    }
    assert_null(gt_arrays_from(said, of, of->arrays, &count));
    assert_int_equal(count, 0);
    return of->arrays;
}

static void expect_all(share_fn *share_of, unsigned shares)
{
    struct gt_said *said = calloc(1, sizeof *said);
    unsigned facts = 0, arrays = 0;

    assert_non_null(said);
    say_all(said, share_of, shares);
    for (unsigned share = 0; share < shares; share++) {
        facts += expect_facts(said, share_of, shares, share);
        arrays += expect_arrays(said, share_of, shares, share);
    }
    assert_int_equal(facts, GT_FACTS);
    assert_int_equal(arrays, GT_ARRAYS);
    free(said);
}

static void each_share_has_its_own_in_order(void **state)
{
    static share_fn *const ways[] = {by_turns, all_to_the_last, mostly_to_the_first};

    (void)state;
    for (unsigned shares = 1; shares <= GT_MOST_JUDGES; shares *= 2)
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
            expect_all(ways[i], shares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_share_has_its_own_in_order),
    };

    return cmocka_run_group_tests_name("what a chunk says", tests, NULL, NULL);
}
