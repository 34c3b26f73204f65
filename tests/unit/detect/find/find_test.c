/* `find` on a small process: objects of one type, conditions, what each retains, who holds it. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { ITEM = 8192, AT_NEXT = 0, AT_FLAG = 8, AT_BUF = 16, BLOCK = 4096, ITEMS = 3 };

struct items {
    uint64_t at[ITEMS], block, type;
};

/* Three of main.item{next, flag, buf}: a global leads to the first, which leads to the second. The
 * third has a global of its own, and a block. */
static struct synth *make_items(void **state, struct items *items)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t byte = synth_type_byte(synth);
    const struct synth_type_field fields[] = {
        {"next", synth_type_unsafe_pointer(synth), AT_NEXT},
        {"flag", byte, AT_FLAG},
        {"buf", synth_type_slice(synth, "[]uint8", byte), AT_BUF},
    };

    items->type = synth_type_struct(synth, "main.item", ITEM, fields, 3);
    for (int i = 0; i < ITEMS; i++) {
        const unsigned char flag = (unsigned char)(10 * i);
        items->at[i] = synth_tiled(synth, ITEM, items->type);
        synth_put_bytes(synth, items->at[i] + AT_FLAG, &flag, 1);
    }
    items->block = synth_object(synth, BLOCK, NULL);
    synth_put(synth, items->at[0] + AT_NEXT, items->at[1]);
    synth_put(synth, items->at[2] + AT_BUF, items->block);
    synth_put(synth, items->at[2] + AT_BUF + 8, 5);
    synth_put(synth, items->at[2] + AT_BUF + 16, BLOCK);
    synth_global(synth, "main.first", items->at[0]);
    synth_global(synth, "main.third", items->at[2]);
    return synth;
}

static struct gt_find *find(struct synth *synth, const char *type, const char *where)
{
    const struct gt_find_options options = {.size = sizeof options, .type = type, .where = where};
    struct gt_find *made = NULL;
    struct gt_error *error = gt_find_create(synth_open(synth), &options, &made);

    if (error) fail_msg("%s", gt_error_message(error));
    return made;
}

static void all_objects_of_the_type_are_listed_the_heaviest_first(void **state)
{
    struct items items;
    struct synth *synth = make_items(state, &items);
    struct gt_find *made = find(synth, "main.item", NULL);
    struct gt_found_object found;
    uint64_t place = 0;
    const uint64_t addresses[] = {items.at[0], items.at[2], items.at[1]};
    const uint64_t retained[] = {2 * ITEM, ITEM + BLOCK, ITEM};

    assert_int_equal(made->objects, ITEMS);
    assert_int_equal(made->matches, ITEMS);
    assert_int_equal(made->bytes, ITEMS * ITEM);
    assert_int_equal(made->retained_bytes, ITEMS * ITEM + BLOCK);
    for (int i = 0; i < ITEMS; i++) {
        assert_true(gt_find_next(made, &place, &found));
        assert_int_equal(found.address, addresses[i]);
        assert_int_equal(found.retained_bytes, retained[i]);
        assert_non_null(found.held_by);
    }
    assert_false(gt_find_next(made, &place, &found));
    gt_find_destroy(made);
}

/* Which of the three meet the condition, as bits. */
static unsigned met(struct synth *synth, const struct items *items, const char *where)
{
    struct gt_find *made = find(synth, "main.item", where);
    struct gt_found_object found;
    uint64_t place = 0;
    unsigned bits = 0;

    while (gt_find_next(made, &place, &found))
        for (int i = 0; i < ITEMS; i++)
            bits |= (unsigned)(found.address == items->at[i]) << i;
    assert_int_equal(made->matches, (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1));
    gt_find_destroy(made);
    return bits;
}

static void conditions_read_numbers_pointers_and_lengths(void **state)
{
    static const struct {
        const char *where;
        unsigned bits;
    } rows[] = {
        {"flag == 10", 2},
        {"flag >= 10", 6},
        {"next != nil", 1},
        {"next == nil", 6},
        {"len(buf) == 5", 4},
        {"len(buf) < cap(buf)", 4},
        {"cap(buf) > 4095", 4},
        {"buf == nil", 3},
        {"flag > 0 && next == nil", 6},
        {"flag > 0 && buf != nil", 4},
        {"flag > 255", 0},
    };
    struct items items;
    struct synth *synth = make_items(state, &items);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (met(synth, &items, rows[i].where) != rows[i].bits) fail_msg("%s", rows[i].where);
}

static void the_end_of_a_name_is_enough(void **state)
{
    struct items items;
    struct gt_find *made = find(make_items(state, &items), "*item", NULL);

    assert_string_equal(made->type, "main.item");
    assert_int_equal(made->matches, ITEMS);
    gt_find_destroy(made);
}

static void garbage_is_not_found(void **state)
{
    struct items items;
    struct synth *synth = make_items(state, &items);

    synth_tiled(synth, ITEM, items.type);
    struct gt_find *made = find(synth, "main.item", NULL);
    assert_int_equal(made->objects, ITEMS);
    gt_find_destroy(made);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const char *const wheres[] = {"nothing == 1", "len(flag) > 1", "next > 1", "flag == nil",
                                         "flag =="};
    struct items items;
    struct synth *synth = make_items(state, &items);
    struct gt_find_options options = {.size = sizeof options, .type = "main.none"};
    struct gt_find *made = NULL;

    struct gt_error *error = gt_find_create(synth_open(synth), &options, &made);
    assert_int_equal(gt_error_code(error), GT_ERR_USAGE);
    gt_error_destroy(error);
    options.type = "main.item";
    for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++) {
        options.where = wheres[i];
        error = gt_find_create(synth_open(synth), &options, &made);
        if (gt_error_code(error) != GT_ERR_USAGE) fail_msg("%s", wheres[i]);
        gt_error_destroy(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(all_objects_of_the_type_are_listed_the_heaviest_first, synth_end),
        cmocka_unit_test_teardown(conditions_read_numbers_pointers_and_lengths, synth_end),
        cmocka_unit_test_teardown(the_end_of_a_name_is_enough, synth_end),
        cmocka_unit_test_teardown(garbage_is_not_found, synth_end),
        cmocka_unit_test_teardown(what_makes_no_sense_is_refused, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
