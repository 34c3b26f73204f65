/* A moduledata is decoded. One that is damaged or absent is refused. */
#include "gotypes/code/moduledata.h"
#include "tests/unit/gotypes/target.h"

/* A moduledata whose fields are in the layout's order, 24 bytes each. */
static uint64_t at_field(uint64_t module, enum gt_field_id id)
{
    return module + (uint64_t)(id - GT_F_moduledata_pcHeader) * 24;
}

static bool is_slice(int id)
{
    return (id >= GT_F_moduledata_funcnametab && id <= GT_F_moduledata_ftab) ||
           id == GT_F_moduledata_gcdatamask || id == GT_F_moduledata_gcbssmask;
}

static void put_slice(struct target *target, uint64_t at, uint64_t ptr, uint64_t len)
{
    put64(target, at, ptr);
    put64(target, at + 8, len);
    put64(target, at + 16, len);
}

static uint64_t put_module(struct target *target)
{
    for (int id = GT_F_moduledata_pcHeader; id <= GT_F_moduledata_next; id++)
        set_field(target, id, (uint32_t)at_field(0, id), is_slice(id) ? 255 : 8);
    target->layout.size[GT_S_moduledata] = (uint32_t)at_field(0, GT_F_moduledata_next + 1);
    uint64_t module = target_alloc(target, target->layout.size[GT_S_moduledata]);
    for (int id = GT_F_moduledata_funcnametab; id <= GT_F_moduledata_ftab; id++)
        put_slice(target, at_field(module, id), target_alloc(target, 256), 16);
    put64(target, at_field(module, GT_F_moduledata_minpc), 0x401000);
    put64(target, at_field(module, GT_F_moduledata_maxpc), 0x402000);
    put64(target, at_field(module, GT_F_moduledata_text), 0x401000);
    put64(target, at_field(module, GT_F_moduledata_etext), 0x402000);
    put64(target, at_field(module, GT_F_moduledata_data), 0x403000);
    put64(target, at_field(module, GT_F_moduledata_edata), 0x403100);
    put64(target, at_field(module, GT_F_moduledata_next), 0x777);
    put(target, at_field(module, GT_F_moduledata_gcdatamask), 4, 32);
    put64(target, at_field(module, GT_F_moduledata_gcdatamask) + 8, put_mask(target, ~0ull));
    return module;
}

static void expect_error(struct target *target, uint64_t module, enum gt_code code)
{
    struct gt_module out;
    struct gt_error *error = gt_module_read(&target->layout, &target->mem, module, &out);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), code);
    gt_error_destroy(error);
}

static void a_module_is_decoded(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_module out;
    uint64_t module = put_module(target);
    assert_null(gt_module_read(&target->layout, &target->mem, module, &out));
    assert_int_equal(out.address, module);
    assert_int_equal(out.text, 0x401000);
    assert_int_equal(out.ftab.len, 16);
    assert_int_equal(out.data_mask.bits, 32);
    assert_int_equal(out.next, 0x777);
    target_free(target);
}

static void ranges_out_of_order_are_damage(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t module = put_module(target);
    put64(target, at_field(module, GT_F_moduledata_edata), 0x402fff);
    expect_error(target, module, GT_ERR_FORMAT);
    target_free(target);
}

static void tables_out_of_memory_are_missing(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t module = put_module(target);
    put_slice(target, at_field(module, GT_F_moduledata_ftab), TARGET_BASE, TARGET_SIZE / 8 + 1);
    expect_error(target, module, GT_ERR_MISSING);
    put_slice(target, at_field(module, GT_F_moduledata_ftab), TARGET_BASE, UINT64_MAX / 4);
    expect_error(target, module, GT_ERR_FORMAT);
    target_free(target);
}

static void a_mask_longer_than_its_range_is_damage(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t module = put_module(target);
    put(target, at_field(module, GT_F_moduledata_gcdatamask), 4, 33);
    expect_error(target, module, GT_ERR_FORMAT);
    target_free(target);
}

static void an_absent_module_is_missing(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    put_module(target);
    expect_error(target, 0x10, GT_ERR_MISSING);
    expect_error(target, TARGET_BASE + TARGET_SIZE - 8, GT_ERR_MISSING);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_is_decoded),
        cmocka_unit_test(ranges_out_of_order_are_damage),
        cmocka_unit_test(tables_out_of_memory_are_missing),
        cmocka_unit_test(a_mask_longer_than_its_range_is_damage),
        cmocka_unit_test(an_absent_module_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
