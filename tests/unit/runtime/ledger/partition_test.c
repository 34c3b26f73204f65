/* Where every mapped byte of a small process is: the parts sum to the mapped memory. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

enum { LARGE = 1 << 20, SMALL = 64, PAGE_BYTES = 8192 };

static struct gt_report *memory_of(struct synth *synth)
{
    struct gt_report *report = NULL;

    assert_null(gt_report_create_memory(synth_open(synth), NULL, &report));
    return report;
}

static uint64_t bytes_of(const struct gt_report *report, enum gt_memory_kind what)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < report->memory.tree_count; i++)
        if (report->memory.tree[i].what == what) bytes += report->memory.tree[i].bytes;
    return bytes;
}

/* Parts of the same depth, below one part, from `first` on: they sum to the part. */
static void assert_sums(const struct gt_report *report, size_t parent)
{
    const struct gt_memory_part *tree = report->memory.tree;
    uint64_t sum = 0;
    bool any = false;

    for (size_t i = parent + 1; i < report->memory.tree_count; i++) {
        if (tree[i].depth <= tree[parent].depth) break;
        if (tree[i].depth != tree[parent].depth + 1) continue;
        sum += tree[i].bytes;
        any = true;
    }
    if (any) assert_int_equal(sum, tree[parent].bytes);
}

static void the_parts_sum_to_the_mapped_memory(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        synth_global(synth, "main.kept", synth_object(synth, LARGE, NULL));
        synth_go(synth, "main.work");
        struct gt_report *report = memory_of(synth);
        uint64_t sum = 0, top = 0;
        for (size_t j = 0; j < report->memory.part_count; j++)
            sum += report->memory.parts[j].bytes;
        for (size_t j = 0; j < report->memory.tree_count; j++) {
            top += report->memory.tree[j].depth ? 0 : report->memory.tree[j].bytes;
            assert_sums(report, j);
        }
        assert_true(report->memory.mapped_bytes > LARGE);
        assert_int_equal(sum, report->memory.mapped_bytes);
        assert_int_equal(top, report->memory.mapped_bytes);
        gt_report_destroy(report);
    }
}

static void what_is_reachable_is_live_and_the_rest_is_garbage(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct gt_report *report = memory_of(synth);
    uint64_t live = bytes_of(report, GT_MEMORY_LIVE), garbage = bytes_of(report, GT_MEMORY_GARBAGE);

    gt_report_destroy(report);
    synth = synth_begin(state, GO);
    synth_global(synth, "main.kept", synth_object(synth, LARGE, NULL));
    synth_object(synth, 2 * LARGE, NULL);
    report = memory_of(synth);
    assert_int_equal(bytes_of(report, GT_MEMORY_LIVE), live + LARGE);
    assert_int_equal(bytes_of(report, GT_MEMORY_GARBAGE), garbage + 2 * LARGE);
    gt_report_destroy(report);
}

static void a_slot_that_was_freed_is_free(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t kept = synth_object(synth, SMALL, NULL), freed = synth_object(synth, SMALL, NULL);

    synth_global(synth, "main.kept", kept);
    synth_free_object(synth, freed);
    struct gt_report *report = memory_of(synth);
    for (size_t i = 0; i < report->memory.size_class_count; i++) {
        const struct gt_size_class *row = &report->memory.size_classes[i];
        assert_int_equal(row->live_bytes + row->garbage_bytes + row->free_bytes + row->end_bytes,
                         row->bytes);
        if (row->size == SMALL) assert_int_equal(row->free_bytes, PAGE_BYTES - row->live_bytes);
    }
    assert_true(bytes_of(report, GT_MEMORY_FREE_SLOTS) >= SMALL);
    gt_report_destroy(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_parts_sum_to_the_mapped_memory, synth_end),
        cmocka_unit_test_teardown(what_is_reachable_is_live_and_the_rest_is_garbage, synth_end),
        cmocka_unit_test_teardown(a_slot_that_was_freed_is_free, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
