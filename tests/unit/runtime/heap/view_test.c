/* A view of a heap reads the masks of types by itself. The heap learns them when it is over. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

static const struct gt_goheap *open_heap(struct synth *synth)
{
    struct gt_analysis *analysis = synth_open(synth);

    assert_null(gt_analysis_heap(analysis));
    return analysis->heap;
}

static void note_first(void *ctx, uint64_t offset, uint64_t value)
{
    uint64_t *first = ctx;

    (void)value;
    if (!*first) *first = offset;
}

/* The offset of an object's first pointer word; 0: it has none. */
static uint64_t first_word(const struct gt_goheap *heap, uint64_t addr)
{
    uint64_t first = 0;

    gt_heap_words(&heap->graph, gt_heap_object(&heap->graph, addr), note_first, &first);
    return first;
}

static bool knows(const struct gt_goheap *heap, uint64_t addr)
{
    const struct gt_heap_source *source = &heap->graph.source;

    return source->knows(source->ctx, gt_heap_region(&heap->graph, addr), 0);
}

static void the_heap_learns_what_its_view_has_read(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    const struct synth_type_field fields[] = {{"id", synth_type_byte(synth), 8},
                                              {"name", synth_type_string(synth), 24}};
    uint64_t type = synth_type_struct(synth, "main.big", 4096, fields, 2);
    uint64_t big = synth_tiled(synth, 4096, type);
    const struct gt_goheap *heap = open_heap(synth);
    struct gt_goheap *view = gt_goheap_view(heap, 1);

    assert_int_equal(first_word(view, big), 24);
    assert_true(knows(view, big));
    assert_false(knows(heap, big));
    gt_goheap_rejoin(heap, view);
    assert_true(knows(heap, big));
    assert_int_equal(first_word(heap, big), 24);
}

static void a_view_does_not_change_the_programs_types(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 16}};
    uint64_t type = synth_type_struct(synth, "main.big", 4096, fields, 1);
    uint64_t big = synth_tiled(synth, 4096, type);
    const struct gt_goheap *heap = open_heap(synth);
    size_t count = gt_types_count(heap->process->types);
    struct gt_goheap *view = gt_goheap_view(heap, 1);

    assert_int_equal(first_word(view, big), 16);
    assert_int_equal(gt_types_count(heap->process->types), count);
    gt_goheap_rejoin(heap, view);
    assert_true(gt_types_count(heap->process->types) > count);
}

static void an_unreadable_type_is_lost_once(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t big = synth_tiled(synth, 4096, 0x1230);
    const struct gt_goheap *heap = open_heap(synth);
    const uint64_t *lost = &heap->process->lost[GT_OF_HEAP];
    struct gt_goheap *view = gt_goheap_view(heap, 1);

    assert_int_equal(first_word(view, big), 0);
    assert_int_equal(*lost, 0);
    gt_goheap_rejoin(heap, view);
    assert_int_equal(*lost, 1);
    assert_int_equal(first_word(heap, big), 0);
    assert_int_equal(*lost, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_heap_learns_what_its_view_has_read, synth_end),
        cmocka_unit_test_teardown(a_view_does_not_change_the_programs_types, synth_end),
        cmocka_unit_test_teardown(an_unreadable_type_is_lost_once, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
