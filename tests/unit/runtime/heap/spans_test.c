/* Spans as regions of the heap: which slots are objects, which words are pointers, and what is
 * lost. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

static const struct gt_goheap *open_heap(struct synth *synth)
{
    struct gt_analysis *analysis = synth_open(synth);

    assert_null(gt_analysis_heap(analysis));
    return analysis->heap;
}

struct words {
    uint64_t offset[8];
    size_t count;
};

static void note_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct words *words = ctx;

    (void)value;
    assert_true(words->count < 8);
    words->offset[words->count++] = offset;
}

static void small_objects_have_a_bit_for_each_word(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t first = synth_object(synth, 48, "p..p"), second = synth_object(synth, 48, ".p");
        const struct gt_heap *graph;
        struct words words = {.count = 0};
        for (uint64_t at = 0; at < 48; at += 8) {
            synth_put(synth, first + at, second);
            synth_put(synth, second + at, first);
        }
        graph = &open_heap(synth)->graph;
        uint32_t object = gt_heap_object(graph, first + 40);
        assert_int_equal(gt_heap_address(graph, object), first);
        assert_int_equal(gt_heap_size(graph, object), 48);
        gt_heap_words(graph, object, note_word, &words);
        assert_int_equal(words.count, 2);
        assert_int_equal(words.offset[0], 0);
        assert_int_equal(words.offset[1], 24);
    }
}

static void a_large_object_has_its_types_words(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 16}};
    uint64_t type = synth_type_struct(synth, "main.big", 4096, fields, 1);
    uint64_t big = synth_tiled(synth, 4096, type);
    struct words words = {.count = 0};

    synth_put(synth, big + 16, big);
    const struct gt_goheap *heap = open_heap(synth);
    uint32_t object = gt_heap_object(&heap->graph, big);
    assert_int_equal(gt_goheap_header(heap, object), type);
    gt_heap_words(&heap->graph, object, note_word, &words);
    assert_int_equal(words.offset[0], 16);
}

static void a_small_object_has_no_type_of_a_large_one_before(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t type = synth_type_struct(synth, "main.big", 4096, NULL, 0);
    uint64_t small = synth_object(synth, 96, "p");

    synth_had_type(synth, small, type);
    const struct gt_goheap *heap = open_heap(synth);
    assert_int_equal(gt_goheap_header(heap, gt_heap_object(&heap->graph, small)), 0);
}

static void objects_without_pointers_have_no_words(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t leaf = synth_object(synth, 256, NULL);
    struct words words = {.count = 0};

    for (uint64_t at = 0; at < 256; at += 8)
        synth_put(synth, leaf + at, leaf);
    const struct gt_heap *graph = &open_heap(synth)->graph;
    gt_heap_words(graph, gt_heap_object(graph, leaf), note_word, &words);
    assert_int_equal(words.count, 0);
}

static void slots_that_were_not_handed_out_are_no_objects(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t last = synth_object(synth, 96, "p");
    const struct gt_heap *graph = &open_heap(synth)->graph;

    assert_int_not_equal(gt_heap_object(graph, last + 95), GT_NO_OBJECT);
    assert_int_equal(gt_heap_object(graph, last + 96), GT_NO_OBJECT);
}

static void a_slot_past_the_first_free_one_is_known_by_its_bit(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t freed = synth_object(synth, 96, "p"), kept = synth_object(synth, 96, "p");

    synth_free_object(synth, freed);
    const struct gt_heap *graph = &open_heap(synth)->graph;
    assert_int_equal(gt_heap_object(graph, freed), GT_NO_OBJECT);
    assert_int_not_equal(gt_heap_object(graph, kept), GT_NO_OBJECT);
}

/* A slot that was allocated since the last collection has no bit, and is below the first free
 * slot. */
static void what_was_never_marked_is_an_object(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t fresh = synth_object(synth, 96, "p");

    synth_never_marked(synth, fresh);
    const struct gt_heap *graph = &open_heap(synth)->graph;
    assert_int_not_equal(gt_heap_object(graph, fresh), GT_NO_OBJECT);
}

/* ---- what is lost -------------------------------------------------------------------------- */

static void bytes_that_the_core_lacks_are_counted(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 96, "p");

    synth_lose(synth, object, 96);
    const struct gt_process *process = open_heap(synth)->process;
    assert_int_equal(process->lost[GT_OF_HEAP], 1);
    assert_int_equal(process->missing_bytes, 8192);
    assert_false(gt_process_is_whole(process));
}

static void a_whole_heap_loses_nothing(void **state)
{
    const struct gt_process *process = open_heap(synth_begin(state, GO))->process;

    assert_true(gt_process_is_whole(process));
    assert_int_equal(process->missing_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(small_objects_have_a_bit_for_each_word, synth_end),
        cmocka_unit_test_teardown(a_large_object_has_its_types_words, synth_end),
        cmocka_unit_test_teardown(a_small_object_has_no_type_of_a_large_one_before, synth_end),
        cmocka_unit_test_teardown(objects_without_pointers_have_no_words, synth_end),
        cmocka_unit_test_teardown(slots_that_were_not_handed_out_are_no_objects, synth_end),
        cmocka_unit_test_teardown(a_slot_past_the_first_free_one_is_known_by_its_bit, synth_end),
        cmocka_unit_test_teardown(what_was_never_marked_is_an_object, synth_end),
        cmocka_unit_test_teardown(bytes_that_the_core_lacks_are_counted, synth_end),
        cmocka_unit_test_teardown(a_whole_heap_loses_nothing, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
