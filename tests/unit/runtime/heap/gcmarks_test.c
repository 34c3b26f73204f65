/* What the collector marked, read by one thread and by several: each object's mark is as the
 * program left it. */
#include "inspector/api/analysis.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"
#include "inspector/runtime/heap/gcmarks.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { OBJECTS = 170 * 800, NEW_EACH = 7, THREADS = 4 };

struct read {
    struct gt_gcmarks marks;
    const struct gt_goheap *heap;
    unsigned threads;
};

static struct gt_error *read_share(void *args)
{
    struct read *read = args;

    gt_gcmarks_read(&read->marks, read->heap);
    return NULL;
}

static struct gt_error *read_with_threads(void *args)
{
    struct read *read = args;

    gt_task_share(read->threads, read_share, read);
    return NULL;
}

static void expect_marks(struct read *read, const uint64_t *objects)
{
    gt_gcmarks_begin(&read->marks, read->heap);
    assert_true(read->marks.part_count >= THREADS);
    assert_null(gt_call_alone(read_with_threads, read));
    gt_gcmarks_end(&read->marks);
    for (size_t i = 0; i < OBJECTS; i++) {
        uint32_t object = gt_heap_object(&read->heap->graph, objects[i]);
        assert_int_equal(gt_bit(&read->marks.marked, object), i % NEW_EACH != 0);
        assert_int_equal(gt_bit(&read->marks.unjudged, object), i % NEW_EACH == 0);
    }
    assert_int_equal(gt_bitmap_count(&read->marks.marked) + gt_bitmap_count(&read->marks.unjudged),
                     gt_bitmap_count(&read->heap->graph.allocated));
    assert_int_equal(read->marks.objects, gt_bitmap_count(&read->marks.marked));
    assert_int_equal(read->marks.unjudged_objects, gt_bitmap_count(&read->marks.unjudged));
    assert_int_equal(read->marks.bytes, gt_heap_bytes_of(&read->heap->graph, &read->marks.marked));
    assert_int_equal(read->marks.foreign, 0);
    assert_false(read->marks.under_way);
    gt_gcmarks_deinit(&read->marks);
}

static void expect_any_number_of_threads(void **state, uint64_t size)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    static uint64_t objects[OBJECTS];

    for (size_t i = 0; i < OBJECTS; i++) {
        objects[i] = synth_object(synth, size, i % 2 ? "p" : NULL);
        if (i % NEW_EACH == 0) synth_never_marked(synth, objects[i]);
    }
    struct gt_analysis *analysis = synth_open(synth);
    assert_null(gt_analysis_heap(analysis));
    assert_int_not_equal(analysis->heap->graph.scan_objects % 64, 0);
    for (unsigned threads = 1; threads <= THREADS; threads++)
        expect_marks(&(struct read){.heap = analysis->heap, .threads = threads}, objects);
}

/* Spans of 170 objects, so that most spans begin within a word of the bitmaps. */
static void any_number_of_threads_reads_the_same_marks(void **state)
{
    expect_any_number_of_threads(state, 48);
}

/* Spans of 256 objects without pointers, or a few less with pointers: the first of those without
 * begins within a word, and so do all others. */
static void spans_of_whole_words_that_begin_within_one_are_shared(void **state)
{
    expect_any_number_of_threads(state, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(any_number_of_threads_reads_the_same_marks, synth_end),
        cmocka_unit_test_teardown(spans_of_whole_words_that_begin_within_one_are_shared, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
