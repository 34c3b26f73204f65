/* Units that the test writes are read by any number of threads alike, in their order. `make tsan`
 * runs this under ThreadSanitizer. */
#include "inspector/symbols/unit_batch.h"

#include "inspector/base/alloc.h"
#include "inspector/symbols/symbols_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    UNITS = 5000,
    NAME = 2000, /* bytes: all units are more than one batch */
    UNIT = GT_UNIT_HEADER_5 + 2 + 1 + NAME + 1,
    FOREIGN = 7, /* each of so many is of another language */
    MOST_THREADS = 4,
};

/* Codes 1 and 2: a unit with its language, a variable with its name. */
static const unsigned char table[] = {
    1, DW_TAG_compile_unit, 1, DW_AT_language, DW_FORM_data1,  0, 0, //
    2, DW_TAG_variable,     0, DW_AT_name,     DW_FORM_string, 0, 0, //
    0};

static void write_unit(unsigned char *at, unsigned number)
{
    uint32_t length = UNIT - 4;
    uint16_t version = 5;
    unsigned char *entries = at + GT_UNIT_HEADER_5;

    memset(at, 0, UNIT);
    memcpy(at, &length, sizeof length);
    memcpy(at + 4, &version, sizeof version);
    at[6] = DW_UT_compile;
    at[7] = sizeof(uint64_t);
    entries[0] = 1;
    entries[1] = number % FOREIGN ? DW_LANG_Go : DW_LANG_C11;
    entries[2] = 2;
    memset(entries + 3, 'v', NAME - 1);
    snprintf((char *)entries + 3, NAME, "%u", number);
    entries[3 + strlen((char *)entries + 3)] = '_';
}

static unsigned char *write_units(void)
{
    unsigned char *info = gt_alloc((size_t)UNITS * UNIT);

    for (unsigned i = 0; i < UNITS; i++)
        write_unit(info + (size_t)i * UNIT, i);
    return info;
}

static struct gt_top_reader reader_of(const unsigned char *info, uint64_t size)
{
    struct gt_top_reader top;

    gt_top_reader_init(&top, (struct gt_section_bytes){info, size},
                       (struct gt_section_bytes){table, sizeof table},
                       (struct gt_section_bytes){0});
    return top;
}

static void check_unit(const struct gt_read_unit *read, unsigned number)
{
    unsigned name = UNITS;

    assert_int_equal(read->unit.start, (uint64_t)number * UNIT);
    assert_int_equal(read->good, number % FOREIGN != 0);
    if (!read->good) return;
    assert_int_equal(read->entries.len, 1);
    const struct gt_top_entry *entry = gt_vec_at(&read->entries, 0);
    assert_int_equal(entry->tag, DW_TAG_variable);
    assert_int_equal(sscanf(entry->name, "%u_v", &name), 1);
    assert_int_equal(name, number);
}

/* The number of batches. */
static unsigned check_all(const unsigned char *info, unsigned threads)
{
    struct gt_top_reader top = reader_of(info, (uint64_t)UNITS * UNIT);
    struct gt_vec units = GT_VEC_OF(struct gt_read_unit);
    unsigned number = 0, batches = 0;

    for (; number < UNITS; batches++) {
        gt_unit_batch_read(&top, (uint64_t)number * UNIT, threads, &units);
        assert_true(units.len > 0);
        for (size_t i = 0; i < units.len; i++)
            check_unit(gt_vec_at(&units, i), number++);
        gt_unit_batch_clear(&units);
    }
    gt_unit_batch_read(&top, (uint64_t)UNITS * UNIT, threads, &units);
    assert_int_equal(units.len, 0);
    assert_true(top.tables >= 1);
    gt_top_reader_deinit(&top);
    gt_vec_deinit(&units);
    return batches;
}

static void units_are_read_in_order(void **state)
{
    unsigned char *info = write_units();

    (void)state;
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++)
        assert_true(check_all(info, threads) > 1);
    gt_free(info);
}

static void a_header_that_is_not_plain_ends_a_batch(void **state)
{
    enum { PLAIN = 300 };
    unsigned char *info = write_units();
    struct gt_vec units = GT_VEC_OF(struct gt_read_unit);
    struct gt_top_reader top = reader_of(info, (uint64_t)UNITS * UNIT);

    (void)state;
    info[(size_t)PLAIN * UNIT + 6] = DW_UT_type;
    gt_unit_batch_read(&top, 0, 2, &units);
    assert_int_equal(units.len, PLAIN);
    gt_unit_batch_clear(&units);
    gt_unit_batch_read(&top, (uint64_t)PLAIN * UNIT, 2, &units);
    assert_int_equal(units.len, 0);
    gt_top_reader_deinit(&top);
    gt_vec_deinit(&units);
    gt_free(info);
}

static void a_unit_that_is_cut_off_is_not_listed(void **state)
{
    unsigned char *info = write_units();
    struct gt_vec units = GT_VEC_OF(struct gt_read_unit);
    struct gt_top_reader top = reader_of(info, 2 * UNIT - 1);

    (void)state;
    gt_unit_batch_read(&top, 0, 2, &units);
    assert_int_equal(units.len, 1);
    gt_unit_batch_clear(&units);
    gt_top_reader_deinit(&top);
    gt_vec_deinit(&units);
    gt_free(info);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_read_in_order),
        cmocka_unit_test(a_header_that_is_not_plain_ends_a_batch),
        cmocka_unit_test(a_unit_that_is_cut_off_is_not_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
