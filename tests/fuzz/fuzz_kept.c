/* Kept answers: the input is what stands behind the subject, and the checksum is always good. */
#include "inspector/symbols/kept/kept_table.h"
#include "tests/fuzz/fuzz.h"

#include <libdeflate.h>
#include <stdlib.h>

static const char subject[] = "a program";

static void put(struct gt_vec *form, const void *bytes, size_t size)
{
    gt_vec_reserve(form, form->len + size);
    if (size) memcpy(gt_vec_at(form, form->len), bytes, size);
    form->len += size;
}

/* The form of no answers, with the input in the place of their number. */
static struct gt_vec form_with(const unsigned char *bytes, size_t size)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table empty;

    gt_kept_table_init(&empty);
    gt_kept_table_write(&empty, subject, sizeof subject, SIZE_MAX, &form);
    gt_kept_table_deinit(&empty);
    form.len -= 2 * sizeof(uint32_t);
    put(&form, bytes, size);
    uint32_t crc = libdeflate_crc32(0, form.data, form.len);
    put(&form, &crc, sizeof crc);
    return form;
}

/* What was read is written and read again: each question is there, with its answer. */
static void check(struct gt_kept_table *table)
{
    struct gt_vec form = {.elem_size = 1};
    struct gt_kept_table again;

    gt_kept_table_write(table, subject, sizeof subject, SIZE_MAX, &form);
    gt_kept_table_init(&again);
    if (!gt_kept_table_read(&again, subject, sizeof subject, form.data, form.len)) abort();
    if (again.list.len != table->list.len) abort();
    for (size_t i = 0; i < table->list.len; i++) {
        const struct gt_kept_row *row = gt_vec_at(&table->list, i);
        const struct gt_kept_row *other = gt_kept_table_find(&again, row->question);
        if (!other || other->answer.found != row->answer.found ||
            memcmp(other->answer.values, row->answer.values, sizeof row->answer.values) != 0 ||
            other->answer.size != row->answer.size ||
            (row->answer.size &&
             memcmp(other->answer.list, row->answer.list, row->answer.size) != 0))
            abort();
    }
    gt_kept_table_deinit(&again);
    gt_vec_deinit(&form);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_vec form = form_with(bytes, size);
    struct gt_kept_table table;

    gt_kept_table_init(&table);
    if (gt_kept_table_read(&table, subject, sizeof subject, form.data, form.len)) {
        check(&table);
    } else if (table.list.len) {
        abort();
    }
    gt_kept_table_deinit(&table);
    gt_vec_deinit(&form);
    return 0;
}
