/*
 * Lost slice elements: pointers of an array that no live slice covers.
 *
 * main.list is a large object, so its type is known; it has a slice of *main.node and an
 * unsafe.Pointer. The slice's array has eight slots, each of which leads to its own node.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { SLOTS = 8, NODE = 256, NODES = 0, ANY = 24, LIST_SIZE = 8192 };

struct lists {
    uint64_t list, array, nodes[SLOTS];
};

struct kind { /* of list */
    const char *list, *global, *node, *pointer, *slice;
    uint64_t bytes; /* of a node */
};

static const struct kind usual = {"main.list",  "main.all",     "main.node",
                                  "*main.node", "[]*main.node", NODE};

static uint64_t new_list(struct synth *synth, const struct kind *kind)
{
    uint64_t node = synth_type_struct(synth, kind->node, kind->bytes, NULL, 0);
    uint64_t pointer = synth_type_pointer(synth, kind->pointer, node);
    const struct synth_type_field fields[] = {
        {"nodes", synth_type_slice(synth, kind->slice, pointer), NODES},
        {"any", synth_type_unsafe_pointer(synth), ANY},
    };
    uint64_t list =
        synth_tiled(synth, LIST_SIZE, synth_type_struct(synth, kind->list, LIST_SIZE, fields, 2));

    synth_global(synth, kind->global, list);
    return list;
}

/* nodes[first:first+length:first+capacity] */
static struct lists make_of(struct synth *synth, const struct kind *kind, uint64_t first,
                            uint64_t length, uint64_t capacity)
{
    struct lists made = {.list = new_list(synth, kind),
                         .array = synth_object(synth, SLOTS * 8, "pppppppp")};

    for (int i = 0; i < SLOTS; i++) {
        made.nodes[i] = synth_object(synth, kind->bytes, NULL);
        synth_put(synth, made.array + i * 8, made.nodes[i]);
    }
    synth_put(synth, made.list + NODES, made.array + first * 8);
    synth_put(synth, made.list + NODES + 8, length);
    synth_put(synth, made.list + NODES + 16, capacity);
    return made;
}

static struct lists make(struct synth *synth, uint64_t first, uint64_t length, uint64_t capacity)
{
    return make_of(synth, &usual, first, length, capacity);
}

static const struct gt_finding *found(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_LOST_ELEMENTS);
}

static const struct gt_finding *assert_found(struct synth *synth, enum gt_confidence confidence)
{
    const struct gt_finding *finding = found(synth);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, confidence);
    return finding;
}

/* ---- what is lost -------------------------------------------------------------------------- */

/* The heap is marked a second time, with the slots that are too small a loss to tell. */
static void the_whole_leaves_out_what_is_too_small_to_tell(void **state)
{
    enum { LARGE = 8192 };
    static const struct kind large = {"main.tree",    "main.trees",     "main.branch",
                                      "*main.branch", "[]*main.branch", LARGE};
    struct synth *synth = synth_begin(state, GO);

    make(synth, 2, 2, 2);
    make_of(synth, &large, 2, 2, 2);
    const struct gt_report *report = synth_report_from(synth, LARGE);
    assert_int_equal(report->finding_count, 1);
    assert_int_equal(report->smaller[GT_LOST_ELEMENTS].bytes, (SLOTS - 2) * NODE);
    assert_int_equal(report->leaks_total.bytes, (SLOTS - 2) * LARGE);
    assert_int_equal(report->leaks_total.objects, SLOTS - 2);
}

/* s = s[2:4:4] */
static void slots_outside_the_capacity_are_lost_for_ever(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 2, 2, 2);
    const struct gt_finding *finding = assert_found(synth, GT_PROVEN);
    const struct gt_instance *instance = finding->instances;

    assert_int_equal(finding->bytes_freed, (SLOTS - 2) * NODE);
    assert_int_equal(instance->lost.block.address, made.array);
    assert_int_equal(instance->lost.slot_count, SLOTS - 2);
    assert_int_equal(instance->lost.spare_slot_count, 0);
    assert_int_equal(instance->lost.slots[0].index, 0);
    assert_int_equal(instance->lost.slots[0].target.address, made.nodes[0]);
    assert_int_equal(instance->lost.slots[2].index, 4);
}

/* s = append(s[:2], s[5:]...) leaves the tail unchanged. */
static void slots_past_the_length_are_likely_lost(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    make(synth, 0, 5, SLOTS);
    const struct gt_finding *finding = assert_found(synth, GT_LIKELY);
    assert_int_equal(finding->bytes_freed, 3 * NODE);
    assert_int_equal(finding->instances[0].lost.spare_slot_count, 3);
}

static void what_others_reach_is_no_loss(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 2, 2, 2);

    for (int i = 0; i < SLOTS; i++)
        synth_global(synth, "main.node", made.nodes[i]);
    assert_null(found(synth));
}

/* ---- what is in use ------------------------------------------------------------------------ */

static void a_slice_of_all_loses_nothing(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    make(synth, 0, SLOTS, SLOTS);
    assert_null(found(synth));
}

static void slots_that_were_cleared_lose_nothing(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 0, 5, SLOTS);

    for (int i = 5; i < SLOTS; i++)
        synth_put(synth, made.array + i * 8, 0);
    assert_null(found(synth));
}

static void an_untyped_pointer_may_lead_to_all_of_them(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 2, 2, 2);

    synth_put(synth, made.list + ANY, made.array);
    assert_null(found(synth));
}

/* ---- proof taken back ---------------------------------------------------------------------- */

static void a_word_that_may_be_stale_takes_proof_back(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 2, 2, 2);
    struct synth_g *g = synth_go(synth, "main.spin");

    synth_stale(g, made.array);
    synth_wait(g, SYNTH_PREEMPTED);
    const struct gt_finding *finding = found(synth);
    assert_non_null(finding);
    assert_int_not_equal(finding->confidence, GT_PROVEN);
    assert_non_null(strstr(finding->doubt, "may be stale"));
}

static void another_slice_may_lie_in_a_lost_part_of_the_heap(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t other = synth_object(synth, 128, "pp");

    make(synth, 2, 2, 2);
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 128);
    assert_non_null(strstr(assert_found(synth, GT_LIKELY)->doubt, "parts of the heap"));
}

/* Without debug information a global's slice has no type: only its shape shows it. */
static void what_only_its_shape_makes_a_slice_is_likely(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct lists made = make(synth, 0, SLOTS, SLOTS);
    uint64_t header = synth_object(synth, 32, "p");

    synth_put(synth, made.list + NODES, 0);
    synth_put(synth, made.list + NODES + 8, 0);
    synth_put(synth, made.list + NODES + 16, 0);
    synth_put(synth, header, made.array + 16);
    synth_put(synth, header + 8, 2);
    synth_put(synth, header + 16, 2);
    synth_global(synth, "main.header", header);
    assert_found(synth, GT_LIKELY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_whole_leaves_out_what_is_too_small_to_tell, synth_end),
        cmocka_unit_test_teardown(slots_outside_the_capacity_are_lost_for_ever, synth_end),
        cmocka_unit_test_teardown(slots_past_the_length_are_likely_lost, synth_end),
        cmocka_unit_test_teardown(what_others_reach_is_no_loss, synth_end),
        cmocka_unit_test_teardown(a_slice_of_all_loses_nothing, synth_end),
        cmocka_unit_test_teardown(slots_that_were_cleared_lose_nothing, synth_end),
        cmocka_unit_test_teardown(an_untyped_pointer_may_lead_to_all_of_them, synth_end),
        cmocka_unit_test_teardown(a_word_that_may_be_stale_takes_proof_back, synth_end),
        cmocka_unit_test_teardown(another_slice_may_lie_in_a_lost_part_of_the_heap, synth_end),
        cmocka_unit_test_teardown(what_only_its_shape_makes_a_slice_is_likely, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
