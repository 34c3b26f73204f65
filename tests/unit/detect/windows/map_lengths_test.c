/*
 * A map whose length is not the number of its entries is a contradiction, unless a thread is
 * writing to it. The variable is a large object, so the map's type is known.
 */
#include "inspector/api/analysis.h"
#include "inspector/runtime/process/contradictions.h"
#include "tests/unit/synth/synth_impl.h"

static const char *const versions[] = {"go1.24.13", "go1.26.8"};
enum { TABLE = 8192, ENTRIES = 3, MANY = 600 };

static uint64_t map;

static uint64_t number_type(struct synth *synth)
{
    const struct synth_type_field fields[] = {{"low", synth_type_byte(synth), 0}};

    return synth_type_struct(synth, "main.number", 8, fields, 1);
}

static struct synth *make_process(void **state, const char *version)
{
    struct synth *synth = synth_begin(state, version);
    uint64_t number = number_type(synth);
    const struct synth_type_field fields[] = {
        {"prices", synth_type_map(synth, "map[main.number]main.number", number, number), 0}};
    uint64_t table =
        synth_tiled(synth, TABLE, synth_type_struct(synth, "main.table", TABLE, fields, 1));

    map = synth_map(synth, ENTRIES);
    synth_put(synth, table, map);
    synth_global(synth, "main.table", table);
    return synth;
}

/* How many maps are reported. */
static uint64_t reported(struct synth *synth)
{
    const struct gt_report *report = synth_report(synth);
    const char *text = gt_contradiction_text(GT_CONTRADICTION_MAPS);
    uint64_t count = 0;

    for (size_t i = 0; i < report->coverage.contradiction_count; i++)
        if (strcmp(report->coverage.contradictions[i].what, text) == 0)
            count += report->coverage.contradictions[i].count;
    return count;
}

static void the_length_of_a_whole_map_is_right(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        assert_int_equal(reported(make_process(state, versions[i])), 0);
}

static void a_wrong_length_is_reported(void **state)
{
    static const uint64_t lengths[] = {0, ENTRIES - 1, ENTRIES + 1, UINT64_MAX};

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++) {
            struct synth *synth = make_process(state, versions[i]);
            synth_set(synth, map, GT_F_map_used, lengths[j]);
            assert_int_equal(reported(synth), 1);
        }
}

static void a_map_that_is_being_written_to_is_not_compared(void **state)
{
    struct synth *synth = make_process(state, versions[1]);

    synth_set(synth, map, GT_F_map_used, ENTRIES + 1);
    synth_set(synth, map, GT_F_map_writing, 1);
    assert_int_equal(reported(synth), 0);
}

/* Its type is that of a map, and its memory is not. */
static void a_map_that_leads_nowhere_is_not_compared(void **state)
{
    struct synth *synth = make_process(state, versions[1]);

    synth_set(synth, map, GT_F_map_dirPtr, 8);
    assert_int_equal(reported(synth), 0);
}

/* A thread that writes without a lock may lose an entry. */
static void a_thread_that_runs_may_have_lost_one(void **state)
{
    struct synth *synth = make_process(state, versions[1]);

    synth_set(synth, synth->p, GT_F_p_status, 1); /* running */
    synth_set(synth, map, GT_F_map_used, ENTRIES + 1);
    assert_int_equal(reported(synth), 0);
    synth = make_process(state, versions[1]);
    synth_set(synth, synth->p, GT_F_p_status, 1);
    synth_set(synth, map, GT_F_map_used, ENTRIES + 2);
    assert_int_equal(reported(synth), 1);
}

/* A map and a variable that leads to it, in a span of its own: so there are many parts to share. */
static uint64_t add_map(struct synth *synth, uint64_t type, uint64_t after)
{
    uint64_t table = synth_tiled(synth, TABLE, type);

    map = synth_map(synth, ENTRIES);
    synth_put(synth, table, map);
    synth_put(synth, table + 8, after);
    return table;
}

static struct synth *make_many(void **state, uint64_t *first)
{
    struct synth *synth = synth_begin(state, versions[1]);
    uint64_t number = number_type(synth), table = 0;
    const struct synth_type_field fields[] = {
        {"prices", synth_type_map(synth, "map[main.number]main.number", number, number), 0},
        {"next", synth_type_unsafe_pointer(synth), 8}};
    uint64_t type = synth_type_struct(synth, "main.table", TABLE, fields, 2);

    *first = 0;
    for (unsigned i = 0; i < MANY; i++) {
        table = add_map(synth, type, table);
        if (i % 3) continue;
        synth_set(synth, map, GT_F_map_used, ENTRIES + 1);
        if (!*first) *first = map;
    }
    synth_global(synth, "main.table", table);
    return synth;
}

static void threads_find_the_same_maps(void **state)
{
    for (unsigned threads = 1; threads <= 4; threads++) {
        uint64_t first;
        struct synth *synth = make_many(state, &first);
        synth_open(synth)->threads = threads;
        assert_int_equal(reported(synth), MANY / 3);
        assert_int_equal(
            synth_open(synth)->process->contradictions.of[GT_CONTRADICTION_MAPS].example, first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_length_of_a_whole_map_is_right, synth_end),
        cmocka_unit_test_teardown(a_wrong_length_is_reported, synth_end),
        cmocka_unit_test_teardown(a_map_that_is_being_written_to_is_not_compared, synth_end),
        cmocka_unit_test_teardown(a_map_that_leads_nowhere_is_not_compared, synth_end),
        cmocka_unit_test_teardown(a_thread_that_runs_may_have_lost_one, synth_end),
        cmocka_unit_test_teardown(threads_find_the_same_maps, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
