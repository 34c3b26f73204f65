/* Blocks that are not analysed: each reason, and the word that prevents it. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum {
    INDEX = 8192, /* an object of this type */
    AT_NAME = 0,
    AT_ANY = 16,
    AT_BYTE = 24,
    AT_DATA = 32,
    AT_PAIRS = 56,
    BLOCK = 4096,
    USED = 20
};

static uint64_t index_of(struct synth *synth)
{
    uint64_t byte = synth_type_byte(synth), any = synth_type_unsafe_pointer(synth);
    const struct synth_type_field of_pair[] = {{"a", byte, 0}, {"b", byte, 1}};
    uint64_t pair = synth_type_struct(synth, "main.pair", 2, of_pair, 2);
    const struct synth_type_field fields[] = {
        {"name", synth_type_string(synth), AT_NAME},
        {"any", any, AT_ANY},
        {"byte", synth_type_pointer(synth, "*uint8", byte), AT_BYTE},
        {"data", synth_type_slice(synth, "[]uint8", byte), AT_DATA},
        {"pairs", synth_type_slice(synth, "[]main.pair", pair), AT_PAIRS},
    };
    uint64_t index =
        synth_tiled(synth, INDEX, synth_type_struct(synth, "main.index", INDEX, fields, 5));

    synth_global(synth, "main.index", index);
    return index;
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t array, uint64_t len, uint64_t cap)
{
    synth_put(synth, at, array);
    synth_put(synth, at + 8, len);
    synth_put(synth, at + 16, cap);
}

static void by_unsafe_pointer(struct synth *synth, uint64_t index, uint64_t block)
{
    synth_put(synth, index + AT_ANY, block + 8);
}

static void by_byte_pointer(struct synth *synth, uint64_t index, uint64_t block)
{
    synth_put(synth, index + AT_BYTE, block + 8);
}

/* As unsafe code makes it: (*[1 << 30]byte)(p)[:n]. */
static void by_capacity(struct synth *synth, uint64_t index, uint64_t block)
{
    put_slice(synth, index + AT_DATA, block, USED, 2 * BLOCK);
}

static void by_other_elements(struct synth *synth, uint64_t index, uint64_t block)
{
    put_slice(synth, index + AT_PAIRS, block, USED, USED);
}

static void by_a_variable(struct synth *synth, uint64_t index, uint64_t block)
{
    (void)index;
    synth_global(synth, "main.unknown", block + 8);
}

static void each_reason_is_given_with_its_word(void **state)
{
    static const struct {
        void (*put)(struct synth *synth, uint64_t index, uint64_t block);
        enum gt_undecided_reason reason;
    } rows[] = {
        {by_unsafe_pointer, GT_UNDECIDED_UNSAFE_POINTER},
        {by_byte_pointer, GT_UNDECIDED_BYTE_POINTER},
        {by_capacity, GT_UNDECIDED_UNFIT},
        {by_other_elements, GT_UNDECIDED_UNEQUAL},
        {by_a_variable, GT_UNDECIDED_UNTYPED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct synth *synth = synth_begin(state, GO);
        uint64_t index = index_of(synth), block = synth_object(synth, BLOCK, NULL);
        synth_put(synth, index + AT_NAME, block);
        synth_put(synth, index + AT_NAME + 8, USED);
        rows[i].put(synth, index, block);
        const struct gt_report *report = synth_report(synth);
        assert_null(synth_finding(report, GT_SUBSTRING));
        assert_int_equal(report->undecided_count, 1);
        assert_int_equal(report->undecided[0].block.address, block);
        if (report->undecided[0].reason != rows[i].reason)
            fail_msg("%s, and not %s", gt_undecided_reason_name(report->undecided[0].reason),
                     gt_undecided_reason_name(rows[i].reason));
        assert_int_equal(report->coverage.undecided_bytes, BLOCK);
        assert_int_equal(report->coverage.undecided_blocks, 1);
    }
}

/* The twin: the same block without the second word is a finding. */
static void a_block_that_nothing_else_uses_is_judged(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t index = index_of(synth), block = synth_object(synth, BLOCK, NULL);

    synth_put(synth, index + AT_NAME, block);
    synth_put(synth, index + AT_NAME + 8, USED);
    const struct gt_report *report = synth_report(synth);
    assert_non_null(synth_finding(report, GT_SUBSTRING));
    assert_int_equal(report->undecided_count, 0);
    assert_int_equal(report->coverage.undecided_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_reason_is_given_with_its_word, synth_end),
        cmocka_unit_test_teardown(a_block_that_nothing_else_uses_is_judged, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
