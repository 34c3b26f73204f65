/*
 * Spare capacity that a type keeps for reuse is set aside and counted, and is no finding.
 *
 * The owner is a large object, so its type is known: a struct with a slice of bytes at its start.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { BLOCK = 4096, USED = 16, OWNER = 8192 };

static void put_slice(struct synth *synth, uint64_t at, uint64_t array, uint64_t capacity)
{
    synth_put(synth, at, array);
    synth_put(synth, at + 8, USED);
    synth_put(synth, at + 16, capacity);
}

/* A variable of this type, whose slice uses only a little of its array. */
static uint64_t owner_of(struct synth *synth, const char *type, uint64_t capacity)
{
    const struct synth_type_field fields[] = {
        {"buf", synth_type_slice(synth, "[]uint8", synth_type_byte(synth)), 0}};
    uint64_t owner = synth_tiled(synth, OWNER, synth_type_struct(synth, type, OWNER, fields, 1));
    uint64_t block = synth_object(synth, BLOCK, NULL);

    put_slice(synth, owner, block, capacity);
    synth_global(synth, "main.owner", owner);
    return block;
}

static void the_spare_of_a_buffer_is_set_aside(void **state)
{
    static const char *const types[] = {"bytes.Buffer", "bufio.Writer", "strings.Builder"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct synth *synth = synth_begin(state, GO);
        uint64_t block = owner_of(synth, types[i], BLOCK);
        const struct gt_report *report = synth_report(synth);
        assert_int_equal(report->finding_count, 0);
        assert_int_equal(report->set_aside_count, 1);
        assert_int_equal(report->set_aside[0].block.address, block);
        assert_int_equal(report->set_aside[0].bytes, BLOCK - USED);
        assert_int_equal(report->set_aside[0].reason, GT_ASIDE_REUSED);
        assert_string_equal(report->set_aside[0].owner, types[i]);
        assert_int_equal(report->coverage.set_aside_bytes, BLOCK - USED);
    }
}

static void the_spare_of_a_programs_own_type_is_a_suspect(void **state)
{
    static const char *const types[] = {"main.buffer", "runtime.example/x.buffer",
                                        "log.example/x.buffer", "bytes.Buffer.example/x.buffer"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct synth *synth = synth_begin(state, GO);
        owner_of(synth, types[i], BLOCK);
        const struct gt_report *report = synth_report(synth);
        assert_int_equal(synth_finding(report, GT_SUBSLICE)->confidence, GT_SUSPECT);
        assert_int_equal(report->set_aside_count, 0);
    }
}

/* Memory outside the capacity cannot be reused. */
static void what_a_buffer_cannot_reach_is_no_spare(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    owner_of(synth, "bytes.Buffer", USED);
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(synth_finding(report, GT_SUBSLICE)->confidence, GT_PROVEN);
    assert_int_equal(report->set_aside_count, 0);
}

/* ---- addresses of sockets ------------------------------------------------------------------ */

struct address {
    const char *type;
    uint64_t offset, length, size; /* of the IP in its block, and of the block */
};

static const struct gt_report *report_of(struct synth *synth, const struct address *address)
{
    const struct synth_type_field fields[] = {
        {"IP", synth_type_slice(synth, "net.IP", synth_type_byte(synth)), 0}};
    uint64_t owner =
        synth_tiled(synth, OWNER, synth_type_struct(synth, address->type, OWNER, fields, 1));

    synth_put(synth, owner, synth_object(synth, address->size, NULL) + address->offset);
    synth_put(synth, owner + 8, address->length);
    synth_put(synth, owner + 16, address->length);
    synth_global(synth, "main.owner", owner);
    return synth_report(synth);
}

static void what_is_around_the_address_of_a_socket_is_set_aside(void **state)
{
    static const struct address addresses[] = {
        {"net.TCPAddr", 8, 4, 32}, {"net.UDPAddr", 12, 16, 64}, {"net.IPAddr", 8, 4, 32}};

    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const struct gt_report *report = report_of(synth_begin(state, GO), &addresses[i]);
        assert_int_equal(report->finding_count, 0);
        assert_int_equal(report->set_aside_count, 1);
        assert_int_equal(report->set_aside[0].reason, GT_ASIDE_ADDRESS);
        assert_int_equal(report->set_aside[0].bytes, addresses[i].size - addresses[i].length);
    }
}

static void what_is_around_another_address_is_a_subslices(void **state)
{
    static const struct address addresses[] = {
        {"main.TCPAddr", 8, 4, 32}, {"net.TCPAddr", 0, 4, 32}, {"net.TCPAddr", 8, 4, 48}};

    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const struct gt_report *report = report_of(synth_begin(state, GO), &addresses[i]);
        assert_int_equal(synth_finding(report, GT_SUBSLICE)->confidence, GT_PROVEN);
        assert_int_equal(report->set_aside_count, 0);
    }
}

/* ---- arrays of queues and stacks ----------------------------------------------------------- */

enum { ITEM = 64, ITEMS = 8 };

/* A variable whose slice uses one of an array's elements, each with a pointer. */
static uint64_t queue_of(struct synth *synth, uint64_t used)
{
    const struct synth_type_field of_item[] = {
        {"next", synth_type_pointer(synth, "*uint8", synth_type_byte(synth)), 0}};
    uint64_t item = synth_type_struct(synth, "main.item", ITEM, of_item, 1);
    const struct synth_type_field fields[] = {
        {"items", synth_type_slice(synth, "[]main.item", item), 0}};
    uint64_t owner =
        synth_tiled(synth, OWNER, synth_type_struct(synth, "main.queue", OWNER, fields, 1));
    uint64_t array = synth_object(synth, ITEMS * ITEM,
                                  "p.......p.......p.......p......."
                                  "p.......p.......p.......p.......");

    synth_put(synth, owner, array + used * ITEM);
    synth_put(synth, owner + 8, 1);
    synth_put(synth, owner + 16, ITEMS - used);
    synth_global(synth, "main.owner", owner);
    return array;
}

static void assert_slots_are_set_aside(const struct gt_report *report)
{
    assert_null(synth_finding(report, GT_SUBSLICE));
    assert_int_equal(report->set_aside_count, 1);
    assert_int_equal(report->set_aside[0].reason, GT_ASIDE_UNUSED_SLOTS);
    assert_int_equal(report->set_aside[0].bytes, (ITEMS - 1) * ITEM);
}

static void cleared_slots_of_a_queue_are_set_aside(void **state)
{
    for (uint64_t used = 0; used < ITEMS; used += ITEMS - 1) {
        struct synth *synth = synth_begin(state, GO);
        queue_of(synth, used);
        const struct gt_report *report = synth_report(synth);
        assert_int_equal(report->finding_count, 0);
        assert_slots_are_set_aside(report);
    }
}

/* A copy frees the array, too. */
static void slots_that_were_not_cleared_are_a_subslices(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_put(synth, queue_of(synth, ITEMS - 1), synth_object(synth, BLOCK, NULL));
    const struct gt_report *report = synth_report(synth);
    assert_int_equal(synth_finding(report, GT_LOST_ELEMENTS)->bytes_freed, BLOCK);
    assert_int_equal(synth_finding(report, GT_SUBSLICE)->bytes_freed, (ITEMS - 1) * ITEM);
    assert_int_equal(report->set_aside_count, 0);
}

static void so_are_slots_with_other_words(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_put(synth, queue_of(synth, ITEMS - 1) + 8, 1);
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_SUBSLICE);
    assert_int_equal(finding->confidence, GT_PROVEN);
    assert_int_equal(finding->bytes_freed, (ITEMS - 1) * ITEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cleared_slots_of_a_queue_are_set_aside, synth_end),
        cmocka_unit_test_teardown(slots_that_were_not_cleared_are_a_subslices, synth_end),
        cmocka_unit_test_teardown(so_are_slots_with_other_words, synth_end),
        cmocka_unit_test_teardown(the_spare_of_a_buffer_is_set_aside, synth_end),
        cmocka_unit_test_teardown(the_spare_of_a_programs_own_type_is_a_suspect, synth_end),
        cmocka_unit_test_teardown(what_a_buffer_cannot_reach_is_no_spare, synth_end),
        cmocka_unit_test_teardown(what_is_around_the_address_of_a_socket_is_set_aside, synth_end),
        cmocka_unit_test_teardown(what_is_around_another_address_is_a_subslices, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
