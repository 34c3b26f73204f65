/* The form of kept answers: what was written is read, and nothing of what was damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/alloc.h"
#include "inspector/symbols/kept/kept_table.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

static const char subject[] = "a program";

static struct gt_vec form_of_four(void)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table table;

    gt_kept_table_init(&table);
    gt_kept_table_add(&table, "fruntime.g goid",
                      (struct gt_kept_answer){.found = true, .values = {152, 8}});
    gt_kept_table_add(&table, "sruntime.h", (struct gt_kept_answer){.found = false});
    gt_kept_table_add(&table, "V4a",
                      (struct gt_kept_answer){.found = true, .list = "a list", .size = 7});
    gt_kept_table_add(&table, "gruntime.allgs",
                      (struct gt_kept_answer){.found = true, .values = {1, 2, 3, UINT64_MAX, 5}});
    gt_kept_table_write(&table, subject, sizeof subject, SIZE_MAX, &form);
    gt_kept_table_deinit(&table);
    return form;
}

/* The number of answers that are read; a copy without a byte to spare shows what reads past it. */
static size_t read_back(const void *form, size_t size, const char *of, size_t of_size)
{
    struct gt_kept_table table;
    unsigned char *copy = malloc(size + !size);

    memcpy(copy, form, size);
    gt_kept_table_init(&table);
    bool read = gt_kept_table_read(&table, of, of_size, copy, size);
    size_t count = table.list.len;
    if (!read) assert_int_equal(count, 0);
    gt_kept_table_deinit(&table);
    free(copy);
    return count;
}

static void what_was_written_is_read(void **state)
{
    struct gt_vec form = form_of_four();
    struct gt_kept_table table;

    (void)state;
    gt_kept_table_init(&table);
    assert_null(gt_kept_table_find(&table, "sruntime.h"));
    assert_true(gt_kept_table_read(&table, subject, sizeof subject, form.data, form.len));
    assert_int_equal(table.list.len, 4);
    assert_int_equal(table.fresh, 0);
    const struct gt_kept_row *row = gt_kept_table_find(&table, "gruntime.allgs");
    assert_true(row->answer.found && row->answer.values[3] == UINT64_MAX);
    assert_string_equal(row->question, "gruntime.allgs");
    assert_false(gt_kept_table_find(&table, "sruntime.h")->answer.found);
    assert_int_equal(gt_kept_table_find(&table, "fruntime.g goid")->answer.values[0], 152);
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
}

static void answers_of_another_subject_are_not_read(void **state)
{
    struct gt_vec form = form_of_four();

    (void)state;
    assert_int_equal(read_back(form.data, form.len, subject, sizeof subject), 4);
    assert_int_equal(read_back(form.data, form.len, "b program", sizeof subject), 0);
    assert_int_equal(read_back(form.data, form.len, subject, sizeof subject - 1), 0);
    gt_vec_deinit(&form);
}

static void a_damaged_form_is_not_read(void **state)
{
    struct gt_vec form = form_of_four();
    unsigned char *bytes = form.data;

    (void)state;
    for (size_t size = 0; size < form.len; size++)
        assert_int_equal(read_back(bytes, size, subject, sizeof subject), 0);
    for (size_t bit = 0; bit < form.len * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(read_back(bytes, form.len, subject, sizeof subject), 0);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    gt_vec_deinit(&form);
}

/* Somebody who damages a file may repair its checksum. */
static void sign(unsigned char *bytes, size_t size)
{
    uint32_t crc = libdeflate_crc32(0, bytes, size - sizeof crc);

    memcpy(bytes + size - sizeof crc, &crc, sizeof crc);
}

static void a_form_with_a_good_checksum_is_still_checked(void **state)
{
    static const unsigned char patterns[] = {0, 1, 0x7f, 0x80, 0xff};
    struct gt_vec form = form_of_four();
    unsigned char *bytes = gt_alloc(form.len);

    (void)state;
    for (size_t at = 0; at < form.len; at++)
        for (size_t i = 0; i < sizeof patterns; i++)
            for (size_t run = 1; run <= 4; run++) {
                memcpy(bytes, form.data, form.len);
                memset(bytes + at, patterns[i], at + run <= form.len ? run : 1);
                sign(bytes, form.len);
                assert_true(read_back(bytes, form.len, subject, sizeof subject) <= 4);
            }
    for (size_t size = sizeof(uint32_t); size < form.len; size++) {
        memcpy(bytes, form.data, size);
        sign(bytes, size);
        assert_int_equal(read_back(bytes, size, subject, sizeof subject), 0);
    }
    gt_free(bytes);
    gt_vec_deinit(&form);
}

static const unsigned char list[] = {0, 1, 0xff, 0, 'a', 0};

static struct gt_kept_table read_form(const struct gt_vec *form)
{
    struct gt_kept_table table;

    gt_kept_table_init(&table);
    assert_true(gt_kept_table_read(&table, subject, sizeof subject, form->data, form->len));
    return table;
}

static void add_list(struct gt_kept_table *table, const char *question, size_t size)
{
    gt_kept_table_add(table, question,
                      (struct gt_kept_answer){.found = true, .list = list, .size = (uint32_t)size});
}

/* A list is as long as it says, and may have any bytes. */
static void lists_are_kept(void **state)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table table, again;

    (void)state;
    gt_kept_table_init(&table);
    add_list(&table, "Va", sizeof list);
    assert_int_equal(table.fresh, 1);
    assert_int_equal(gt_kept_table_write(&table, subject, sizeof subject, SIZE_MAX, &form), 1);
    assert_int_equal(table.fresh, 0);
    again = read_form(&form);
    const struct gt_kept_row *row = gt_kept_table_find(&again, "Va");
    assert_int_equal(row->answer.size, sizeof list);
    assert_memory_equal(row->answer.list, list, sizeof list);
    gt_kept_table_deinit(&again);
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
}

static void another_answer_takes_the_place_of_the_first(void **state)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table table, again;

    (void)state;
    gt_kept_table_init(&table);
    add_list(&table, "Va", 3);
    gt_kept_table_write(&table, subject, sizeof subject, SIZE_MAX, &form);
    again = read_form(&form);
    add_list(&again, "Va", 4);
    add_list(&again, "Va", 5);
    assert_int_equal(again.fresh, 1);
    assert_int_equal(again.list.len, 1);
    form.len = 0;
    assert_int_equal(gt_kept_table_write(&again, subject, sizeof subject, SIZE_MAX, &form), 1);
    gt_kept_table_deinit(&again);
    again = read_form(&form);
    assert_int_equal(gt_kept_table_find(&again, "Va")->answer.size, 5);
    gt_kept_table_deinit(&again);
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
}

/* Whether the form with so many bytes for lists has each of three questions. */
static void expect_written(const struct gt_vec *first, size_t most, bool old, bool asked, bool new)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table table = read_form(first), again;

    gt_kept_table_find(&table, "Vasked");
    add_list(&table, "Vnew", sizeof list);
    assert_int_equal(gt_kept_table_write(&table, subject, sizeof subject, most, &form), new);
    again = read_form(&form);
    assert_int_equal(gt_kept_table_find(&again, "Vold") != NULL, old);
    assert_int_equal(gt_kept_table_find(&again, "Vasked") != NULL, asked);
    assert_int_equal(gt_kept_table_find(&again, "Vnew") != NULL, new);
    assert_true(gt_kept_table_find(&again, "sruntime.h")->answer.found);
    gt_kept_table_deinit(&again);
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
}

/* A row with a list takes more than 60 bytes. */
static void lists_that_nobody_asked_give_way(void **state)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table table;
    size_t all;

    (void)state;
    gt_kept_table_init(&table);
    add_list(&table, "Vold", sizeof list);
    add_list(&table, "Vasked", sizeof list);
    gt_kept_table_add(&table, "sruntime.h", (struct gt_kept_answer){.found = true, .values = {8}});
    gt_kept_table_write(&table, subject, sizeof subject, SIZE_MAX, &form);
    all = form.len;
    expect_written(&form, SIZE_MAX, true, true, true);
    expect_written(&form, all - 60, false, true, true);
    expect_written(&form, sizeof subject + 60, false, true, false);
    expect_written(&form, 0, false, false, false);
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(lists_are_kept),
        cmocka_unit_test(another_answer_takes_the_place_of_the_first),
        cmocka_unit_test(lists_that_nobody_asked_give_way),
        cmocka_unit_test(answers_of_another_subject_are_not_read),
        cmocka_unit_test(a_damaged_form_is_not_read),
        cmocka_unit_test(a_form_with_a_good_checksum_is_still_checked),
    };

    return cmocka_run_group_tests_name("kept answers", tests, NULL, NULL);
}
