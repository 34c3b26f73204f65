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

/* Spans of 170 objects, so that most spans begin within a word of the bitmaps. */
enum { SIZE = 48, OBJECTS = 170 * 500, NEW_EACH = 7, THREADS = 4 };

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
    assert_int_equal(read->marks.foreign, 0);
    assert_false(read->marks.under_way);
    gt_gcmarks_deinit(&read->marks);
}

static void any_number_of_threads_reads_the_same_marks(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    static uint64_t objects[OBJECTS];

    for (size_t i = 0; i < OBJECTS; i++) {
        objects[i] = synth_object(synth, SIZE, i % 2 ? "p" : NULL);
        if (i % NEW_EACH == 0) synth_never_marked(synth, objects[i]);
    }
    struct gt_analysis *analysis = synth_open(synth);
    assert_null(gt_analysis_heap(analysis));
    for (unsigned threads = 1; threads <= THREADS; threads++)
        expect_marks(&(struct read){.heap = analysis->heap, .threads = threads}, objects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(any_number_of_threads_reads_the_same_marks, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
