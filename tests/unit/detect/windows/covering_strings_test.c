/* Strings that cover half of their block are settled by any number of threads alike. `make tsan`
 * runs this under ThreadSanitizer. */
#include "inspector/api/analysis.h"
#include "inspector/detect/windows/covering_strings.h"
#include "tests/unit/synth/synth_impl.h"

enum { STRING = 16, ARRAY = 6 << 20, TEXTS = 300, TEXT = 64, SHORT = 7, MOST_THREADS = 4 };

struct settled {
    struct gt_analysis *analysis;
    const uint64_t *texts;
    uint64_t array;
    unsigned threads;
    uint32_t halves; /* of the texts: how many are covered by half */
    bool wrong;      /* some other one than is expected */
    bool left;       /* the array has a string that is not settled */
};

static bool is_short(unsigned text)
{
    return text % SHORT == 0;
}

static void settle(struct settled *settled, const struct gt_heap_analysis *live_heap)
{
    const struct gt_heap *graph = &live_heap->heap->graph;
    struct gt_bitmap half, rest;

    gt_bitmap_init(&half, live_heap->live.bits);
    gt_bitmap_init(&rest, live_heap->live.bits);
    gt_settle_covering_strings(live_heap, &half, &rest);
    settled->left = gt_bit(&rest, gt_heap_object(graph, settled->array));
    settled->halves = (uint32_t)gt_bitmap_count(&half);
    for (unsigned i = 0; i < TEXTS; i++)
        if (is_short(i) && settled->texts[i])
            settled->wrong |= gt_bit(&half, gt_heap_object(graph, settled->texts[i]));
    gt_bitmap_deinit(&half);
    gt_bitmap_deinit(&rest);
}

static struct gt_error *settle_in_call(void *args)
{
    struct settled *settled = args;
    struct gt_arena storage = {0};

    settled->analysis->threads = settled->threads;
    struct gt_error *error = gt_analysis_heap(settled->analysis);
    if (error) return error;
    settle(settled, gt_analysis_live_heap(settled->analysis, GT_TYPES_FOR_DETECTORS, &storage));
    gt_arena_deinit(&storage);
    return NULL;
}

/* An array of strings, far apart, of which every seventh covers little of its text. */
static uint64_t make_array(struct synth *synth, uint64_t *texts, bool any_short)
{
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 0}};
    uint64_t array =
        synth_tiled(synth, ARRAY, synth_type_struct(synth, "main.name", STRING, fields, 1));

    synth_global(synth, "main.array", array);
    for (unsigned i = 0; i < TEXTS; i++) {
        uint64_t at = array + ARRAY / STRING / TEXTS * i * STRING;
        if (is_short(i) && !any_short) continue;
        texts[i] = synth_object(synth, TEXT, NULL);
        synth_put(synth, at, texts[i]);
        synth_put(synth, at + 8, is_short(i) ? 1 : TEXT);
    }
    return array;
}

static void expect_settled(void **state, bool any_short)
{
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t texts[TEXTS] = {0}, array = make_array(synth, texts, any_short);
        struct settled settled = {synth_open(synth), texts, array, threads, 0, false, false};

        assert_null(gt_analysis_run(settled.analysis, &settled, settle_in_call, &settled));
        assert_int_equal(settled.left, any_short);
        assert_false(settled.wrong);
        if (!any_short) assert_int_equal(settled.halves, TEXTS - (TEXTS + SHORT - 1) / SHORT);
    }
}

static void strings_that_cover_their_texts_are_settled(void **state)
{
    expect_settled(state, false);
}

static void an_array_with_a_short_string_is_left(void **state)
{
    expect_settled(state, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(strings_that_cover_their_texts_are_settled, synth_end),
        cmocka_unit_test_teardown(an_array_with_a_short_string_is_left, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
