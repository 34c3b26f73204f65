/* Records of deferred calls that no list has are found by any number of threads alike. */
#include "inspector/api/analysis.h"
#include "tests/unit/runtime/consistency/damages.h"

enum {
    RECORDS = 20,
    OTHERS = 200, /* objects of a record's size between two records: more than a span has */
    LARGE = 30,   /* spans of their own between two records */
    LARGE_SIZE = 8192,
};

static uint64_t locker, records[RECORDS];

static uint64_t large_type(struct synth *synth)
{
    const struct synth_type_field fields[] = {{"next", synth_type_unsafe_pointer(synth), 0}};

    return synth_type_struct(synth, "main.large", LARGE_SIZE, fields, 1);
}

static struct synth *make_records(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t mutex = synth_object(synth, 64, NULL), type = large_type(synth);
    struct synth_g *locks = synth_go(synth, "main.lock");

    synth_wait_sync(locks, SYNTH_MUTEX, mutex);
    synth_global(synth, "main.mutex", mutex);
    locker = synth_g_address(locks);
    for (unsigned i = 0; i < RECORDS; i++) {
        records[i] = synth_defer(locks, synth_func(synth, "main.unlock"));
        for (unsigned j = 0; j < OTHERS; j++)
            synth_object(synth, synth_size_of(synth, "runtime._defer"), "..p");
        for (unsigned j = 0; j < LARGE; j++)
            synth_tiled(synth, LARGE_SIZE, type);
    }
    return synth;
}

/* The list ends before the second half of the records. */
static void cut_list(struct synth *synth)
{
    synth_set(synth, locker, GT_F_g__defer, records[RECORDS / 2 - 1]);
}

static void threads_find_the_same_records(void **state)
{
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct synth *synth = make_records(state);
        synth_spoil(synth, cut_list);
        struct gt_analysis *analysis = synth_open(synth);
        analysis->threads = threads;
        assert_non_null(synth_report(synth));
        assert_true(analysis->heap->graph.region_count > RECORDS * LARGE);
        const struct gt_contradiction_count *found =
            &analysis->process->contradictions.of[GT_CONTRADICTION_DEFER_LISTS];
        assert_int_equal(found->count, RECORDS / 2);
        assert_int_equal(found->example, records[RECORDS / 2]);
    }
}

static void a_whole_list_has_all_records(void **state)
{
    assert_false(has(synth_report(make_records(state)), GT_CONTRADICTION_DEFER_LISTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(threads_find_the_same_records, synth_end),
        cmocka_unit_test_teardown(a_whole_list_has_all_records, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
