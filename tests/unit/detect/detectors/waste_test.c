/*
 * Substrings and subslices: blocks of which little is used.
 *
 * Holders are large objects, whose types the allocator records: main.index is a struct with a
 * string, a slice of bytes, a pointer and an unsafe.Pointer.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { BLOCK = 4096, NAME = 0, DATA = 16, NODE = 40, ANY = 48, INDEX_SIZE = 8192 };

/* A main.index that the variable main.all leads to. */
static uint64_t new_index(struct synth *synth)
{
    uint64_t byte = synth_type_byte(synth);
    const struct synth_type_field fields[] = {
        {"name", synth_type_string(synth), NAME},
        {"data", synth_type_slice(synth, "[]uint8", byte), DATA},
        {"node",
         synth_type_pointer(synth, "*main.node",
                            synth_type_struct(synth, "main.node", 64, NULL, 0)),
         NODE},
        {"any", synth_type_unsafe_pointer(synth), ANY},
    };
    uint64_t index = synth_tiled(synth, INDEX_SIZE,
                                 synth_type_struct(synth, "main.index", INDEX_SIZE, fields, 4));

    synth_global(synth, "main.all", index);
    return index;
}

static void put_string(struct synth *synth, uint64_t at, uint64_t text, uint64_t length)
{
    synth_put(synth, at, text);
    synth_put(synth, at + 8, length);
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t array, uint64_t length,
                      uint64_t capacity)
{
    put_string(synth, at, array, length);
    synth_put(synth, at + 16, capacity);
}

static void assert_none(struct synth *synth)
{
    const struct gt_report *report = synth_report(synth);

    assert_null(synth_finding(report, GT_SUBSTRING));
    assert_null(synth_finding(report, GT_SUBSLICE));
}

static const struct gt_finding *assert_found(struct synth *synth, enum gt_kind kind,
                                             enum gt_confidence confidence)
{
    const struct gt_finding *finding = synth_finding(synth_report(synth), kind);

    assert_non_null(finding);
    assert_int_equal(finding->confidence, confidence);
    return finding;
}

/* ---- what is wasted ------------------------------------------------------------------------ */

static void a_short_string_keeps_a_block(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t index = new_index(synth), block = synth_object(synth, BLOCK, NULL);

    put_string(synth, index + NAME, block + 100, 20);
    const struct gt_finding *finding = assert_found(synth, GT_SUBSTRING, GT_PROVEN);
    const struct gt_instance *instance = finding->instances;
    assert_int_equal(finding->bytes_freed, BLOCK - 20);
    assert_int_equal(instance->windowed.block.address, block);
    assert_int_equal(instance->windowed.window_count, 1);
    assert_int_equal(instance->windowed.windows[0].offset, 100);
    assert_int_equal(instance->windowed.windows[0].length, 20);
    assert_string_equal(instance->windowed.windows[0].holder, "main.index.name");
}

/* id = buf[:16:16]: nothing can reach the rest again. */
static void a_short_slice_keeps_a_block(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    put_slice(synth, new_index(synth) + DATA, synth_object(synth, BLOCK, NULL), 16, 16);
    const struct gt_finding *finding = assert_found(synth, GT_SUBSLICE, GT_PROVEN);
    assert_int_equal(finding->instances[0].windowed.wasted_bytes, BLOCK - 16);
    assert_int_equal(finding->instances[0].windowed.spare_bytes, 0);
}

/* id = buf[:16]: the rest can be sliced again, and a reused buffer looks the same. */
static void what_lies_within_the_capacity_is_a_suspect(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    put_slice(synth, new_index(synth) + DATA, synth_object(synth, BLOCK, NULL), 16, BLOCK);
    const struct gt_finding *finding = assert_found(synth, GT_SUBSLICE, GT_SUSPECT);
    assert_int_equal(finding->instances[0].windowed.wasted_bytes, 0);
    assert_int_equal(finding->instances[0].windowed.spare_bytes, BLOCK - 16);
}

/* log/slog keeps a string's pointer in an interface, and its length beside that. */
static void a_log_attribute_keeps_a_block(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t byte = synth_type_byte(synth), block = synth_object(synth, BLOCK, NULL);
    uint64_t text = synth_type_pointer(synth, "slog.stringptr", byte);
    const struct synth_type_field fields[] = {
        {"num", synth_type_struct(synth, "uint64", 8, NULL, 0), 0},
        {"any", synth_type_any(synth), 8}};
    uint64_t value = synth_type_struct(synth, "slog.Value", 24, fields, 2);
    const struct synth_type_field attributes[] = {{"first", value, 0}};
    uint64_t record = synth_tiled(
        synth, INDEX_SIZE, synth_type_struct(synth, "main.record", INDEX_SIZE, attributes, 1));

    synth_type_in_package(synth, text, "log/slog");
    synth_type_in_package(synth, value, "log/slog");
    synth_global(synth, "main.last", record);
    synth_put(synth, record, 20);
    synth_put(synth, record + 8, text);
    synth_put(synth, record + 16, block + 100);
    const struct gt_finding *finding = assert_found(synth, GT_SUBSTRING, GT_PROVEN);
    assert_int_equal(finding->bytes_freed, BLOCK - 20);
    assert_string_equal(finding->instances[0].windowed.windows[0].holder, "slog.Value.any");
}

/* ---- what is in use ------------------------------------------------------------------------ */

static void a_string_of_half_the_block_is_no_waste(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    put_string(synth, new_index(synth) + NAME, synth_object(synth, BLOCK, NULL), BLOCK / 2 + 1);
    assert_none(synth);
}

static void two_windows_that_cover_the_block_are_no_waste(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t index = new_index(synth), block = synth_object(synth, BLOCK, NULL);

    put_string(synth, index + NAME, block, 1500);
    put_slice(synth, index + DATA, block + 1500, 1500, 1500);
    assert_none(synth);
}

/* A pointer to a struct covers its block, whatever the struct's size. */
static void a_pointer_to_a_struct_covers_the_block(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t index = new_index(synth), block = synth_object(synth, BLOCK, NULL);

    put_string(synth, index + NAME, block, 20);
    synth_put(synth, index + NODE, block);
    assert_none(synth);
}

/* A block whose use is not known is not judged, and is reported as such. */
static void an_unsafe_pointer_leaves_the_block_undecided(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t index = new_index(synth), block = synth_object(synth, BLOCK, NULL);

    put_string(synth, index + NAME, block, 20);
    synth_put(synth, index + ANY, block);
    const struct gt_report *report = synth_report(synth);
    assert_null(synth_finding(report, GT_SUBSTRING));
    assert_int_equal(report->undecided_count, 1);
    assert_int_equal(report->undecided[0].block.address, block);
}

static void garbage_holds_nothing(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t byte = synth_type_byte(synth), block = synth_object(synth, BLOCK, NULL);
    const struct synth_type_field fields[] = {
        {"data", synth_type_slice(synth, "[]uint8", byte), 0}};
    uint64_t garbage =
        synth_tiled(synth, INDEX_SIZE, synth_type_struct(synth, "main.old", INDEX_SIZE, fields, 1));

    put_slice(synth, garbage, block, BLOCK, BLOCK);
    synth_never_marked(synth, garbage);
    put_string(synth, new_index(synth) + NAME, block, 20);
    assert_found(synth, GT_SUBSTRING, GT_PROVEN);
}

/* ---- how sure ------------------------------------------------------------------------------ */

/* A word of a frame that was interrupted anywhere may be left over. */
static void a_word_that_may_be_stale_takes_proof_back(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t block = synth_object(synth, BLOCK, NULL);
    struct synth_g *g = synth_go(synth, "main.spin");

    put_string(synth, new_index(synth) + NAME, block, 20);
    synth_stale(g, block);
    synth_wait(g, SYNTH_PREEMPTED);
    const struct gt_finding *finding = synth_finding(synth_report(synth), GT_SUBSTRING);
    assert_non_null(finding);
    assert_int_not_equal(finding->confidence, GT_PROVEN);
    assert_non_null(strstr(finding->doubt, "may be stale"));
}

/* A small object of unknown type with a pointer into text and a length. */
static void put_text(struct synth *synth, uint64_t offset)
{
    uint64_t holder = synth_object(synth, 16, "p"), block = synth_object(synth, BLOCK, NULL);

    for (uint64_t at = 0; at < BLOCK; at += 8)
        synth_put_bytes(synth, block + at, "some tex", 8);
    put_string(synth, holder, block + offset, 20);
    synth_global(synth, "main.name", holder);
}

/* No pointer to a variable is at an odd address. */
static void what_only_its_shape_makes_a_string_is_likely(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    put_text(synth, 101);
    assert_found(synth, GT_SUBSTRING, GT_LIKELY);
}

/* The program has a type of the block's size. */
static void what_may_be_a_pointer_beside_a_number_is_not_judged(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    synth_type_struct(synth, "main.page", BLOCK, NULL, 0);
    put_text(synth, 0);
    const struct gt_report *report = synth_report(synth);
    assert_null(synth_finding(report, GT_SUBSTRING));
    assert_int_equal(report->undecided_count, 1);
}

static void another_holder_may_lie_in_a_lost_part_of_the_heap(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t other = synth_object(synth, 64, "pp");

    put_string(synth, new_index(synth) + NAME, synth_object(synth, BLOCK, NULL), 20);
    synth_global(synth, "main.other", other);
    synth_lose(synth, other, 64);
    const struct gt_finding *finding = assert_found(synth, GT_SUBSTRING, GT_LIKELY);
    assert_non_null(strstr(finding->doubt, "parts of the heap"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_short_string_keeps_a_block, synth_end),
        cmocka_unit_test_teardown(a_short_slice_keeps_a_block, synth_end),
        cmocka_unit_test_teardown(a_log_attribute_keeps_a_block, synth_end),
        cmocka_unit_test_teardown(what_lies_within_the_capacity_is_a_suspect, synth_end),
        cmocka_unit_test_teardown(a_string_of_half_the_block_is_no_waste, synth_end),
        cmocka_unit_test_teardown(two_windows_that_cover_the_block_are_no_waste, synth_end),
        cmocka_unit_test_teardown(a_pointer_to_a_struct_covers_the_block, synth_end),
        cmocka_unit_test_teardown(an_unsafe_pointer_leaves_the_block_undecided, synth_end),
        cmocka_unit_test_teardown(garbage_holds_nothing, synth_end),
        cmocka_unit_test_teardown(a_word_that_may_be_stale_takes_proof_back, synth_end),
        cmocka_unit_test_teardown(what_only_its_shape_makes_a_string_is_likely, synth_end),
        cmocka_unit_test_teardown(what_may_be_a_pointer_beside_a_number_is_not_judged, synth_end),
        cmocka_unit_test_teardown(another_holder_may_lie_in_a_lost_part_of_the_heap, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
