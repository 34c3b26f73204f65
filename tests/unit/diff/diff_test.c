/* What grew between two small processes: rows match by name, and what is equal is counted. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { ITEM = 8192, BLOCK = 1 << 20 };

struct two {
    struct synth *older, *newer;
};

/* `items` of main.item in a list below main.items, and a block of main.block. */
static struct synth *make_process(unsigned items)
{
    struct synth *synth = synth_new(GO);
    const struct synth_type_field fields[] = {{"next", synth_type_unsafe_pointer(synth), 0}};
    uint64_t type = synth_type_struct(synth, "main.item", ITEM, fields, 1), next = 0;

    for (unsigned i = 0; i < items; i++) {
        uint64_t item = synth_tiled(synth, ITEM, type);
        synth_put(synth, item, next);
        next = item;
    }
    synth_global(synth, "main.items", next);
    synth_global(synth, "main.block", synth_object(synth, BLOCK, NULL));
    return synth;
}

static struct gt_diff *diff_of(struct two *two, unsigned older, unsigned newer)
{
    const struct gt_diff_options options = {.size = sizeof options, .min_bytes = 1};
    struct gt_diff *diff = NULL;

    two->older = make_process(older);
    two->newer = make_process(newer);
    struct gt_error *error =
        gt_diff_create(synth_open(two->older), synth_open(two->newer), &options, &diff);
    if (error) fail_msg("%s", gt_error_message(error));
    return diff;
}

static void done(struct two *two, struct gt_diff *diff)
{
    gt_diff_destroy(diff);
    synth_free(two->older);
    synth_free(two->newer);
}

static const struct gt_growth *row_of(const struct gt_diff *diff, enum gt_growth_of what,
                                      const char *name)
{
    const struct gt_growth_section *section = &diff->sections[what];

    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->rows[i].name, name) == 0) return &section->rows[i];
    return NULL;
}

static void a_type_that_grew_has_a_row(void **state)
{
    struct two two;
    struct gt_diff *diff = diff_of(&two, 2, 5);
    const struct gt_growth *row = row_of(diff, GT_GROWTH_TYPES, "main.item");

    (void)state;
    assert_non_null(row);
    assert_int_equal(row->old_count, 2);
    assert_int_equal(row->new_count, 5);
    assert_int_equal(row->new_bytes - row->old_bytes, 3 * ITEM);
    assert_ptr_equal(row, diff->sections[GT_GROWTH_TYPES].rows); /* the largest growth is first */
    done(&two, diff);
}

static void the_root_that_keeps_it_has_a_row(void **state)
{
    struct two two;
    struct gt_diff *diff = diff_of(&two, 2, 5);
    const struct gt_growth_section *roots = &diff->sections[GT_GROWTH_ROOTS];

    (void)state;
    assert_int_equal(roots->count, 1); /* that of the block is the same in both */
    assert_int_equal(roots->rows[0].old_bytes, 2 * ITEM);
    assert_int_equal(roots->rows[0].new_bytes, 5 * ITEM);
    done(&two, diff);
}

static void what_shrank_is_last(void **state)
{
    struct two two;
    struct gt_diff *diff = diff_of(&two, 5, 2);
    const struct gt_growth_section *types = &diff->sections[GT_GROWTH_TYPES];

    (void)state;
    assert_string_equal(types->rows[types->count - 1].name, "main.item");
    assert_int_equal(types->rows[types->count - 1].new_count, 2);
    done(&two, diff);
}

static void two_equal_processes_have_no_rows(void **state)
{
    struct two two;
    struct gt_diff *diff = diff_of(&two, 3, 3);

    (void)state;
    for (unsigned i = 0; i < GT_GROWTHS; i++) {
        assert_int_equal(diff->sections[i].count, 0);
        assert_int_equal(diff->sections[i].left_out, 0);
    }
    assert_true(diff->sections[GT_GROWTH_TYPES].unchanged > 0);
    done(&two, diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_that_grew_has_a_row),
        cmocka_unit_test(the_root_that_keeps_it_has_a_row),
        cmocka_unit_test(what_shrank_is_last),
        cmocka_unit_test(two_equal_processes_have_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
