/* A type of which the elements would not begin at words: its objects are not read beyond their
 * slot, nor between words. */
#include "inspector/api/analysis.h"
#include "inspector/runtime/typing/typing.h"
#include "tests/unit/synth/synth_impl.h"

enum { SLOT = 64, OWNER = 1024, ELEMENTS = 8 };

/* The words of the object at `addr` that were visited, and those outside it. */
struct visit {
    struct gt_analysis *analysis;
    uint64_t addr;
    size_t inside, outside, odd;
};

static void count(void *ctx, const struct gt_word *word)
{
    struct visit *visit = ctx;
    uint64_t offset = word->addr - visit->addr;

    if (offset <= SLOT - 8)
        visit->inside++;
    else
        visit->outside++;
    visit->odd += offset % 8 != 0;
}

static struct gt_error *read_object(void *args)
{
    struct visit *visit = args;
    struct gt_arena storage = {0};
    struct gt_error *error = gt_analysis_heap(visit->analysis);

    if (error) return error;
    struct gt_heap_analysis *live =
        gt_analysis_live_heap(visit->analysis, GT_TYPES_FOR_DETECTORS, &storage);
    uint32_t object = gt_heap_object(&visit->analysis->heap->graph, visit->addr);
    gt_typing_words(live->typing, object, count, visit);
    gt_arena_deinit(&storage);
    return NULL;
}

/* A slice in a variable: ELEMENTS of a struct with a pointer, which has this size. */
static uint64_t elements_of(struct synth *synth, uint64_t size)
{
    const struct synth_type_field pointer[] = {{"p", synth_type_unsafe_pointer(synth), 0}};
    uint64_t element = synth_type_struct(synth, "main.element", size, pointer, 1);
    const struct synth_type_field slice[] = {
        {"s", synth_type_slice(synth, "[]main.element", element), 0}};
    uint64_t type = synth_type_struct(synth, "main.owner", OWNER, slice, 1);
    uint64_t owner = synth_tiled(synth, OWNER, type), array = synth_object(synth, SLOT, "pppppppp");
    uint64_t behind = synth_object(synth, SLOT, "pppppppp");

    for (uint64_t at = array; at < behind + SLOT; at += 8)
        synth_put(synth, at, array);
    synth_put(synth, owner, array);
    synth_put(synth, owner + 8, ELEMENTS);
    synth_put(synth, owner + 16, ELEMENTS);
    synth_global(synth, "main.kept", owner);
    return array;
}

static struct visit visit_elements(void **state, uint64_t size)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    struct visit visit = {.addr = elements_of(synth, size)};

    visit.analysis = synth_open(synth);
    assert_null(gt_analysis_run(visit.analysis, &visit, read_object, &visit));
    return visit;
}

static void elements_are_words_of_the_slot(void **state)
{
    static const uint64_t sizes[] = {8, 9, 12, 15};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct visit visit = visit_elements(state, sizes[i]);
        assert_int_equal(visit.outside, 0);
        assert_int_equal(visit.odd, 0);
        assert_int_equal(visit.inside, SLOT / 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(elements_are_words_of_the_slot, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
