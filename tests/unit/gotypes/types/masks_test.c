/* Pointer masks: plain ones, those of GC programs, and those made from the type. */
#include "gotypes/types/types.h"
#include "tests/unit/gotypes/target.h"

enum { ON_DEMAND = 16, UNROLLED = 16, GC_PROGRAM = 64 };

static const unsigned char *mask_of(struct gt_types *types, uint64_t rtype, uint64_t *words)
{
    return gt_types_mask(types, gt_types_at(types, rtype), words);
}

static void plain_masks_are_gcdata(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t words, gcdata = put_mask(target, 5);
    uint64_t at = put_rtype(target, (struct rtype){GT_T_STRUCT, "main.S", 32, 24, gcdata, 0});
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_int_equal(words, 3);
    assert_int_equal(mask[0], 5);
    assert_ptr_equal(mask_of(types, at, &words), mask);
    assert_null(mask_of(types, put_int(target), &words));
    assert_int_equal(words, 0);
    assert_null(gt_types_mask(types, GT_NO_TYPE, &words));
    gt_types_destroy(types);
    target_free(target);
}

static void a_mask_out_of_memory_is_unknown(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct rtype shape = {GT_T_STRUCT, "main.S", 32, 24, 0x10, 0};
    uint64_t words, at = put_rtype(target, shape);
    struct gt_types *types = open_types(target);
    assert_null(mask_of(types, at, &words));
    assert_int_equal(words, 0);
    gt_types_destroy(types);
    target_free(target);
}

static uint64_t put_program(struct target *target, const unsigned char *code, uint32_t length)
{
    uint64_t at = target_alloc(target, length + 4);
    put(target, at, 4, length);
    put_bytes(target, at + 4, code, length);
    return at;
}

static uint64_t put_programmed(struct target *target, const unsigned char *code, uint32_t length,
                               uint64_t words)
{
    return put_rtype(target, (struct rtype){GT_T_STRUCT | GC_PROGRAM, "main.P", words * 8,
                                            words * 8, put_program(target, code, length), 0});
}

static void gc_programs_are_unrolled(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t words;
    /* three literal bits 101, then these 3 bits 3 times more, then 9 literal bits, end */
    const unsigned char code[] = {3, 5, 0x83, 3, 9, 0xff, 1, 0};
    uint64_t at = put_programmed(target, code, sizeof code, 21);
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_non_null(mask);
    assert_int_equal(words, 21);
    assert_int_equal(mask[0] | mask[1] << 8 | mask[2] << 16, 0x1ffb6d); /* 101 x 4, 1 x 9 */
    gt_types_destroy(types);
    target_free(target);
}

static void long_repeats_have_their_counts_apart(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t words;
    const unsigned char code[] = {2, 1, 0x80, 2, 0xff, 0x01, 0}; /* 01, 255 times more */
    uint64_t at = put_programmed(target, code, sizeof code, 512);
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_non_null(mask);
    for (int i = 0; i < 64; i++)
        assert_int_equal(mask[i], 0x55);
    gt_types_destroy(types);
    target_free(target);
}

static void damaged_programs_are_unknown(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    const unsigned char before_any[] = {0x81, 4, 0}, cut[] = {16, 1}, nothing[] = {0x80, 0, 4, 0};
    const unsigned char endless[] = {1, 1, 0x81, 0xff, 0xff, 0xff, 0xff, 0x7f, 0};
    uint64_t words;
    struct gt_types *types = open_types(target);
    assert_null(mask_of(types, put_programmed(target, before_any, 3, 16), &words));
    assert_null(mask_of(types, put_programmed(target, cut, 2, 16), &words));
    assert_null(mask_of(types, put_programmed(target, nothing, 4, 16), &words));
    assert_non_null(mask_of(types, put_programmed(target, endless, 9, 16), &words));
    gt_types_destroy(types);
    target_free(target);
}

static void unrolled_types_are_plain(void **state)
{
    (void)state;
    struct target *target = target_new(22);
    uint64_t words, at = target_alloc(target, 48);
    put64(target, at, 64);
    put64(target, at + 8, 64);
    put(target, at + 20, 1, UNROLLED);
    put64(target, at + 32, put_mask(target, 0xaa));
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_int_equal(words, 8);
    assert_int_equal(mask[0], 0xaa);
    gt_types_destroy(types);
    target_free(target);
}

/* struct {a int; e interface{}; s string; tail [2]struct{p *int; n int}} */
static uint64_t put_on_demand(struct target *target, uint64_t slot)
{
    uint64_t number = put_int(target), pointer = put_pointer(target, "*int", number);
    struct rtype any = {GT_T_INTERFACE, "interface {}", 16, 16, put_mask(target, 2), 0};
    const struct field pair[] = {{"p", pointer, 0}, {"n", number, 8}};
    struct rtype pair_shape = {0, "main.pair", 16, 8, put_mask(target, 1), 0};
    uint64_t elem = put_struct(target, pair_shape, pair, 2);
    struct rtype tail_shape = {0, "[2]main.pair", 32, 24, slot, ON_DEMAND};
    uint64_t tail = put_array(target, tail_shape, elem, 2);
    const struct field fields[] = {{"a", number, 0},
                                   {"e", put_rtype(target, any), 8},
                                   {"s", put_string(target), 24},
                                   {"tail", tail, 40}};
    struct rtype shape = {0, "main.Big", 72, 64, slot, ON_DEMAND};
    return put_struct(target, shape, fields, 4);
}

static void masks_on_demand_are_built_from_the_type(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t words, at = put_on_demand(target, put_mask(target, 0));
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_non_null(mask);
    assert_int_equal(words, 8);
    assert_int_equal(mask[0], 0xac); /* e.data, s, tail[0].p, tail[1].p: words 2, 3, 5, 7 */
    gt_types_destroy(types);
    target_free(target);
}

static void a_mask_in_the_making_is_built_too(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t words, in_progress = target_alloc(target, 16);
    uint64_t at = put_on_demand(target, put_mask(target, in_progress));
    target->module.noptrdata = in_progress;
    target->module.enoptrbss = in_progress + 16;
    struct gt_types *types = open_types(target);
    const unsigned char *mask = mask_of(types, at, &words);
    assert_non_null(mask);
    assert_int_equal(mask[0], 0xac);
    gt_types_destroy(types);
    target_free(target);
}

static void a_mask_that_the_runtime_made_is_taken(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t words, made = put_mask(target, 0x42);
    uint64_t at = put_on_demand(target, put_mask(target, made));
    struct gt_types *types = open_types(target);
    assert_int_equal(mask_of(types, at, &words)[0], 0x42);
    gt_types_destroy(types);
    target_free(target);
}

/* An array whose mask would exceed the machine's memory is refused without an allocation. */
static void huge_masks_are_not_built(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t pointer = put_pointer(target, "*int", put_int(target)), words;
    struct rtype shape = {0, "huge", (uint64_t)1 << 46, (uint64_t)1 << 46, 0, ON_DEMAND};
    shape.gcdata = put_mask(target, 0);
    uint64_t at = put_array(target, shape, pointer, (uint64_t)1 << 43);
    struct gt_types *types = open_types(target);
    assert_int_not_equal(gt_types_at(types, at), GT_NO_TYPE);
    assert_null(mask_of(types, at, &words));
    assert_false(gt_types_pointer_layout(types, gt_types_at(types, at))->complete);
    gt_types_destroy(types);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_masks_are_gcdata),
        cmocka_unit_test(a_mask_out_of_memory_is_unknown),
        cmocka_unit_test(gc_programs_are_unrolled),
        cmocka_unit_test(long_repeats_have_their_counts_apart),
        cmocka_unit_test(damaged_programs_are_unknown),
        cmocka_unit_test(unrolled_types_are_plain),
        cmocka_unit_test(masks_on_demand_are_built_from_the_type),
        cmocka_unit_test(a_mask_in_the_making_is_built_too),
        cmocka_unit_test(a_mask_that_the_runtime_made_is_taken),
        cmocka_unit_test(huge_masks_are_not_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
