/* Tables of what fills a small heap: rows add up to the live heap, and know what they retain. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { ITEM = 8192, ITEMS = 3, BLOCK = 4096 };

/* A list of three main.item below one variable; the last has a block. Garbage beside it. */
static struct synth *make_list(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    const struct synth_type_field fields[] = {{"next", synth_type_unsafe_pointer(synth), 0}};
    uint64_t type = synth_type_struct(synth, "main.item", ITEM, fields, 1);
    uint64_t next = synth_object(synth, BLOCK, NULL);

    for (int i = 0; i < ITEMS; i++) {
        uint64_t item = synth_tiled(synth, ITEM, type);
        synth_put(synth, item, next);
        next = item;
    }
    synth_global(synth, "main.list", next);
    synth_tiled(synth, ITEM, type);
    return synth;
}

static struct gt_heap_table *table_of(struct synth *synth, enum gt_heap_by by)
{
    const struct gt_heap_options options = {.size = sizeof options, .by = by};
    struct gt_heap_table *table = NULL;
    struct gt_error *error = gt_heap_table_create(synth_open(synth), &options, &table);

    if (error) fail_msg("%s", gt_error_message(error));
    return table;
}

static const struct gt_heap_row *row_of(const struct gt_heap_table *table, const char *name)
{
    for (size_t i = 0; i < table->row_count; i++)
        if (table->rows[i].name && strcmp(table->rows[i].name, name) == 0) return &table->rows[i];
    return NULL;
}

static void a_type_has_its_live_objects_and_what_they_retain(void **state)
{
    struct gt_heap_table *table = table_of(make_list(state), GT_HEAP_BY_TYPE);
    const struct gt_heap_row *row = row_of(table, "main.item");

    assert_non_null(row);
    assert_int_equal(row->objects, ITEMS);
    assert_int_equal(row->bytes, ITEMS * ITEM);
    assert_int_equal(row->retained_bytes, ITEMS * ITEM + BLOCK);
    gt_heap_table_destroy(table);
}

static void types_and_packages_add_up_to_the_live_heap(void **state)
{
    static const enum gt_heap_by tables[] = {GT_HEAP_BY_TYPE, GT_HEAP_BY_PACKAGE};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct gt_heap_table *table = table_of(make_list(state), tables[i]);
        int64_t objects = table->rest_rows ? table->rest.objects : 0;
        int64_t bytes = table->rest_rows ? table->rest.bytes : 0;
        for (size_t j = 0; j < table->row_count; j++) {
            objects += table->rows[j].objects;
            bytes += table->rows[j].bytes;
        }
        assert_int_equal(objects, table->process->live.objects);
        assert_int_equal(bytes, table->process->live.bytes);
        gt_heap_table_destroy(table);
    }
}

static void a_root_has_what_it_alone_keeps(void **state)
{
    struct gt_heap_table *table = table_of(make_list(state), GT_HEAP_BY_ROOT);

    assert_true(table->row_count > 0);
    assert_int_equal(table->rows[0].kind, GT_ROW_GLOBAL);
    assert_int_equal(table->rows[0].bytes, ITEMS * ITEM + BLOCK);
    gt_heap_table_destroy(table);
}

static void the_first_dominator_is_the_head_of_the_list(void **state)
{
    struct gt_heap_table *table = table_of(make_list(state), GT_HEAP_BY_DOMINATOR);
    bool seen = false;

    for (size_t i = 0; i < table->row_count; i++)
        seen |= table->rows[i].retained_bytes == ITEMS * ITEM + BLOCK;
    assert_true(seen);
    gt_heap_table_destroy(table);
}

/* By rows of items, in their order; 0 ends the list. */
static void list_alike(const struct gt_heap_table *table, int64_t *alike, size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < table->row_count && count < most; i++)
        if (table->rows[i].type && strcmp(table->rows[i].type, "main.item") == 0)
            alike[count++] = table->rows[i].alike;
    while (count < most)
        alike[count++] = 0;
}

/* A variable holds an array of pointers to items; an item has a block of each size. */
static void hold_items(struct synth *synth, const uint64_t *blocks, size_t count)
{
    const struct synth_type_field fields[] = {{"block", synth_type_unsafe_pointer(synth), 0}};
    uint64_t type = synth_type_struct(synth, "main.item", ITEM, fields, 1);
    uint64_t words[16] = {0};

    for (size_t i = 0; i < count; i++) {
        words[i] = synth_tiled(synth, ITEM, type);
        if (blocks[i]) synth_put(synth, words[i], synth_object(synth, blocks[i], NULL));
    }
    uint64_t list = synth_tiled(synth, count * sizeof *words, synth_type_unsafe_pointer(synth));
    for (size_t i = 0; i < count; i++)
        synth_put(synth, list + i * sizeof *words, words[i]);
    synth_global(synth, "main.list", list);
}

static void siblings_of_one_kind_are_one_row(void **state)
{
    static const uint64_t blocks[8] = {0, 0, 0, 0, BLOCK, 0, 0, 0};
    struct synth *synth = synth_begin(state, GO);
    int64_t alike[2];

    hold_items(synth, blocks, 8);
    struct gt_heap_table *table = table_of(synth, GT_HEAP_BY_DOMINATOR);
    list_alike(table, alike, 2);
    assert_int_equal(alike[0], 8);
    assert_int_equal(alike[1], 0);
    gt_heap_table_destroy(table);
}

static void one_that_keeps_more_than_all_others_has_its_own_row(void **state)
{
    static const uint64_t blocks[4] = {0, 8 * ITEM, 0, 0};
    struct synth *synth = synth_begin(state, GO);
    int64_t alike[3];

    hold_items(synth, blocks, 4);
    struct gt_heap_table *table = table_of(synth, GT_HEAP_BY_DOMINATOR);
    list_alike(table, alike, 3);
    assert_int_equal(alike[0], 1);
    assert_int_equal(alike[1], 3);
    assert_int_equal(alike[2], 0);
    gt_heap_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_type_has_its_live_objects_and_what_they_retain, synth_end),
        cmocka_unit_test_teardown(types_and_packages_add_up_to_the_live_heap, synth_end),
        cmocka_unit_test_teardown(a_root_has_what_it_alone_keeps, synth_end),
        cmocka_unit_test_teardown(the_first_dominator_is_the_head_of_the_list, synth_end),
        cmocka_unit_test_teardown(siblings_of_one_kind_are_one_row, synth_end),
        cmocka_unit_test_teardown(one_that_keeps_more_than_all_others_has_its_own_row, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
