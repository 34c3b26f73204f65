/*
 * An object that a plain pointer leads to is all in use, though a slice covers a part of it.
 *
 * A large table leads to nodes. Each node has a slice of its own second field, and pointers to
 * leaves beside that one. Most of the table is zeros, which the core's file may leave out.
 */
#include "inspector/runtime/process/contradictions.h"
#include "tests/unit/synth/synth_impl.h"

enum { TABLE = 2 << 20, NODES = 4, NODE = 80, LEAVES = 6, FIRST_LEAF = 24, LEAF = 65536 };

struct types {
    uint64_t node_pointer, slice;
};

static struct types make_types(struct synth *synth)
{
    static const char *const names[LEAVES] = {"a", "b", "c", "d", "e", "f"};
    const struct synth_type_field number[] = {{"n", synth_type_byte(synth), 0}};
    uint64_t leaf = synth_type_struct(synth, "main.leaf", LEAF, number, 1);
    uint64_t pointer = synth_type_pointer(synth, "*main.leaf", leaf);
    uint64_t slice = synth_type_slice(synth, "[]*main.leaf", pointer);
    struct synth_type_field fields[1 + LEAVES] = {{"s", slice, 0}};

    for (unsigned i = 0; i < LEAVES; i++)
        fields[1 + i] = (struct synth_type_field){names[i], pointer, FIRST_LEAF + 8 * (uint64_t)i};
    uint64_t node = synth_type_struct(synth, "main.node", NODE, fields, 1 + LEAVES);
    return (struct types){synth_type_pointer(synth, "*main.node", node), slice};
}

/* Its slice begins at the first leaf's pointer. */
static uint64_t new_node(struct synth *synth, uint64_t length)
{
    uint64_t node = synth_object(synth, NODE, "p..pppppp");

    synth_put(synth, node, node + FIRST_LEAF);
    synth_put(synth, node + 8, length);
    synth_put(synth, node + 16, length);
    for (uint64_t i = 0; i < LEAVES; i++)
        synth_put(synth, node + FIRST_LEAF + 8 * i, synth_object(synth, LEAF, NULL));
    return node;
}

/* A table of pointers to the nodes, whose slices have that length. */
static struct synth *make_table(void **state, bool holes, uint64_t length)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t table = synth_tiled(synth, TABLE, make_types(synth).node_pointer);

    if (holes) synth_leave_holes(synth);
    synth_global(synth, "main.table", table);
    for (uint64_t i = 0; i < NODES; i++)
        synth_put(synth, table + 8 * i, new_node(synth, length));
    return synth;
}

static void expect_nothing_lost(void **state, bool holes)
{
    const struct gt_report *report = synth_report(make_table(state, holes, 1));

    if (report->finding_count) fail_msg("%s", report->findings[0].title);
    assert_int_equal(report->coverage.contradiction_count, 0);
}

static void nodes_of_a_table_are_in_use(void **state)
{
    expect_nothing_lost(state, false);
}

static void nodes_of_a_table_with_holes_are_in_use(void **state)
{
    expect_nothing_lost(state, true);
}

/* That the node is in use says nothing of its slice. */
static void a_length_past_a_node_in_use_is_told(void **state)
{
    const struct gt_report *report = synth_report(make_table(state, false, NODE / 8));
    bool told = false;

    for (size_t i = 0; i < report->coverage.contradiction_count; i++)
        told |= strcmp(report->coverage.contradictions[i].what,
                       gt_contradiction_text(GT_CONTRADICTION_LENGTHS)) == 0;
    assert_true(told);
}

/* An array of pointers to leaves. */
static uint64_t new_array(struct synth *synth)
{
    uint64_t array = synth_object(synth, 8 * LEAVES, "pppppp");

    for (uint64_t i = 0; i < LEAVES; i++)
        synth_put(synth, array + 8 * i, synth_object(synth, LEAF, NULL));
    return array;
}

/* A table of slices: what the only slice of an array does not cover is lost. */
static void what_only_slices_lead_to_is_lost(void **state)
{
    for (int holes = 0; holes <= 1; holes++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t table = synth_tiled(synth, TABLE, make_types(synth).slice);
        if (holes) synth_leave_holes(synth);
        synth_global(synth, "main.table", table);
        for (uint64_t at = table; at < table + NODES * 24; at += 24) {
            synth_put(synth, at, new_array(synth));
            synth_put(synth, at + 8, 1);
            synth_put(synth, at + 16, 1);
        }
        const struct gt_finding *lost = synth_finding(synth_report(synth), GT_LOST_ELEMENTS);
        assert_non_null(lost);
        assert_int_equal(lost->bytes_freed, NODES * (LEAVES - 1) * (uint64_t)LEAF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nodes_of_a_table_are_in_use, synth_end),
        cmocka_unit_test_teardown(nodes_of_a_table_with_holes_are_in_use, synth_end),
        cmocka_unit_test_teardown(a_length_past_a_node_in_use_is_told, synth_end),
        cmocka_unit_test_teardown(what_only_slices_lead_to_is_lost, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
