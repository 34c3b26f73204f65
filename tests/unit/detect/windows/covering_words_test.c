/* Words that make sure of their block are settled by any number of threads alike. `make tsan` runs
 * this under ThreadSanitizer. */
#include "inspector/api/analysis.h"
#include "inspector/detect/windows/covering_words.h"
#include "tests/unit/detect/windows/covered_bits.h"
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
    struct gt_covered covered = no_bits(graph->objects);
    struct gt_bitmap rest;

    gt_bitmap_init(&rest, live_heap->live.bits);
    gt_settle_covering_words(live_heap, &covered, &rest);
    settled->left = gt_bit(&rest, gt_heap_object(graph, settled->array));
    settled->halves = (uint32_t)gt_bitmap_count(&covered.half);
    for (unsigned i = 0; i < TEXTS; i++)
        if (is_short(i) && settled->texts[i])
            settled->wrong |= gt_bit(&covered.half, gt_heap_object(graph, settled->texts[i]));
    free_bits(&covered);
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

/* ---- one word of each kind ------------------------------------------------------------------ */

enum {
    BLOCK = 256,
    PAIR = 16,
    ELEMENT = 32,
    HOLDER = 1 << 15, /* large, so its words are read in rounds while types spread */
};

struct answer {
    bool whole, half, full; /* of the target */
    bool left;              /* the holder */
};

struct asked {
    struct gt_analysis *analysis;
    uint64_t holder, target;     /* addresses of objects */
    uint64_t closed;             /* covered before; 0: none */
    bool noted;                  /* while types spread, of the holder: all words are settled */
    struct answer with, without; /* these notes */
};

static struct answer ask(const struct asked *asked, const struct gt_heap_analysis *live_heap)
{
    const struct gt_heap *graph = &live_heap->heap->graph;
    uint32_t target = gt_heap_object(graph, asked->target);
    struct gt_covered covered = no_bits(graph->objects);
    struct gt_bitmap rest;
    struct answer answer;

    gt_bitmap_init(&rest, live_heap->live.bits);
    if (asked->closed) {
        gt_bit_set(&covered.half, gt_heap_object(graph, asked->closed));
        gt_bit_set(&covered.full, gt_heap_object(graph, asked->closed));
    }
    gt_settle_covering_words(live_heap, &covered, &rest);
    answer.whole = gt_bit(&covered.whole, target);
    answer.half = gt_bit(&covered.half, target);
    answer.full = gt_bit(&covered.full, target);
    answer.left = gt_bit(&rest, gt_heap_object(graph, asked->holder));
    free_bits(&covered);
    gt_bitmap_deinit(&rest);
    return answer;
}

static void ask_twice(struct asked *asked, const struct gt_heap_analysis *live_heap)
{
    struct gt_settled_words *settled = live_heap->typing->settled;
    uint32_t holder = gt_heap_object(&live_heap->heap->graph, asked->holder);

    asked->noted = !settled->stale && gt_bit(&settled->objects, holder);
    asked->with = ask(asked, live_heap);
    settled->stale = true;
    asked->without = ask(asked, live_heap);
}

static struct gt_error *ask_in_call(void *args)
{
    struct asked *asked = args;
    struct gt_arena storage = {0};
    struct gt_error *error = gt_analysis_heap(asked->analysis);

    if (error) return error;
    ask_twice(asked, gt_analysis_live_heap(asked->analysis, GT_TYPES_FOR_DETECTORS, &storage));
    gt_arena_deinit(&storage);
    return NULL;
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t value, uint64_t len)
{
    synth_put(synth, at, value);
    synth_put(synth, at + 8, len);
    synth_put(synth, at + 16, len);
}

/* A queued finalizer gives its object a type while types spread from roots: a slice of these. */
static void claim_elements(struct synth *synth, uint64_t array, uint64_t element)
{
    uint64_t slice = synth_type_slice(synth, "[]main.holder", element);
    const struct synth_type_field field = {"all", slice, 0};
    uint64_t type = synth_type_struct(synth, "main.top", 24, &field, 1);
    uint64_t top = synth_object(synth, 24, "p.."), run = synth_func(synth, "main.finalize");

    put_slice(synth, top, array, HOLDER / ELEMENT);
    synth_type_finalizer(synth, synth_queue_finalizer(synth, top, run),
                         synth_type_pointer(synth, "*main.top", type));
}

/* An array whose first element has one word, of this type. */
static uint64_t holder_of(struct synth *synth, uint64_t type, const uint64_t words[3])
{
    const struct synth_type_field fields[] = {{"word", type, 0}};
    uint64_t element = synth_type_struct(synth, "main.holder", ELEMENT, fields, 1);
    uint64_t holder = synth_tiled(synth, HOLDER, element);

    claim_elements(synth, holder, element);
    for (uint64_t i = 0; i < 3; i++)
        synth_put(synth, holder + i * 8, words[i]);
    return holder;
}

/* What the word says of the target. */
static struct asked says(struct synth *synth, uint64_t target, uint64_t closed, uint64_t type,
                         uint64_t first, uint64_t second, uint64_t third)
{
    const uint64_t words[] = {first, second, third};
    uint64_t holder = holder_of(synth, type, words);
    struct asked asked = {
        .analysis = synth_open(synth), .holder = holder, .target = target, .closed = closed};

    assert_null(gt_analysis_run(asked.analysis, &asked, ask_in_call, &asked));
    return asked;
}

static void expect_answer(struct answer got, bool whole, bool half, bool full, bool left)
{
    assert_int_equal(got.whole, whole);
    assert_int_equal(got.half, half);
    assert_int_equal(got.full, full);
    assert_int_equal(got.left, left);
}

/* The same with notes and without. */
static void expect(struct asked got, bool whole, bool half, bool full, bool left)
{
    expect_answer(got.with, whole, half, full, left);
    expect_answer(got.without, whole, half, full, left);
}

/* The same of a word that is settled while types spread, if it is settled at all. */
static void expect_noted(struct asked got, bool whole, bool half, bool full, bool left)
{
    expect(got, whole, half, full, left);
    assert_int_equal(got.noted, !left);
}

/* A string and a number. */
static uint64_t pair_type(struct synth *synth)
{
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 0}};

    return synth_type_struct(synth, "main.pair", PAIR, fields, 1);
}

static void a_slice_of_bytes_covers_half(void **state)
{
    for (uint64_t len = BLOCK / 2 - 1; len <= BLOCK / 2; len++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t block = synth_object(synth, BLOCK, NULL);
        uint64_t type = synth_type_slice(synth, "[]uint8", synth_type_byte(synth));
        bool half = len * 2 >= BLOCK;

        expect_noted(says(synth, block, 0, type, block + 8, len, len), false, half, false, !half);
    }
}

/* Lengths that cannot be are for the pass over all words, which says so. */
static void a_slice_that_does_not_fit_is_left(void **state)
{
    const uint64_t lens[][2] = {{BLOCK + 1, BLOCK + 1}, {BLOCK, BLOCK - 1}, {200, UINT64_MAX}};

    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t block = synth_object(synth, BLOCK, NULL);
        uint64_t type = synth_type_slice(synth, "[]uint8", synth_type_byte(synth));

        expect_noted(says(synth, block, 0, type, block, lens[i][0], lens[i][1]), false, false,
                     false, true);
    }
}

static void a_slice_of_all_pointers_leaves_none_out(void **state)
{
    for (uint64_t len = BLOCK / PAIR - 1; len <= BLOCK / PAIR; len++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t pair = pair_type(synth), block = synth_object(synth, BLOCK, "p.p.p.p.p.p.p.p.");
        uint64_t type = synth_type_slice(synth, "[]main.pair", pair);
        bool full = len == BLOCK / PAIR;

        expect_noted(says(synth, block, 0, type, block, len, BLOCK / PAIR), false, full, full,
                     !full);
    }
}

static void a_pointer_covers_what_is_no_array(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t pair = pair_type(synth), block = synth_object(synth, PAIR, "p.");
    uint64_t type = synth_type_pointer(synth, "*main.pair", pair);

    expect(says(synth, block, 0, synth_type_any(synth), type, block, 0), true, false, false, false);
}

/* A pointer to the first of several may be one to the head of something larger. */
static void a_pointer_covers_a_block_without_pointers_from_its_start(void **state)
{
    for (uint64_t offset = 0; offset <= PAIR; offset += PAIR) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t block = synth_object(synth, BLOCK, NULL);
        uint64_t numbers = synth_type_struct(synth, "main.numbers", PAIR, NULL, 0);
        uint64_t type = synth_type_pointer(synth, "*main.numbers", numbers);

        expect_noted(says(synth, block, 0, type, block + offset, 0, 0), !offset, false, false,
                     offset);
    }
}

static void a_pointer_to_a_byte_is_left(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t block = synth_object(synth, BLOCK, NULL);
    uint64_t type = synth_type_pointer(synth, "*uint8", synth_type_byte(synth));

    expect_noted(says(synth, block, 0, type, block, 0, 0), false, false, false, true);
}

static void a_pointer_to_a_field_covers_what_is_no_array(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t block = synth_object(synth, BLOCK, "p...............................");
    uint64_t numbers = synth_type_struct(synth, "main.numbers", PAIR, NULL, 0);
    uint64_t type = synth_type_pointer(synth, "*main.numbers", numbers);

    expect_noted(says(synth, block, 0, type, block + PAIR, 0, 0), true, false, false, false);
}

/* What it leads to is noted apart (gt_typing.pointed). */
static void a_pointer_to_pointers_needs_no_look(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t pair = pair_type(synth), block = synth_object(synth, PAIR, "p.");
    uint64_t type = synth_type_pointer(synth, "*main.pair", pair);

    expect(says(synth, block, 0, type, block, 0, 0), false, false, false, false);
}

static void a_pointer_into_an_array_needs_no_more_if_the_array_is_covered(void **state)
{
    for (int covered = 0; covered < 2; covered++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t pair = pair_type(synth), array = synth_tiled(synth, BLOCK * 4, pair);
        uint64_t type = synth_type_pointer(synth, "*main.pair", pair);

        struct asked asked = says(synth, array, covered ? array : 0, type, array + PAIR, 0, 0);
        expect(asked, false, covered, covered, !covered);
    }
}

static void an_interface_of_an_unknown_type_is_left(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t block = synth_object(synth, BLOCK, NULL);

    expect(says(synth, block, 0, synth_type_any(synth), block, block, 0), false, false, false,
           true);
}

static void a_map_is_used_whole(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t string = synth_type_string(synth), block = synth_object(synth, 48, "......");
    uint64_t type = synth_type_map(synth, "map[string]string", string, string);

    expect(says(synth, block, 0, type, block, 0, 0), true, false, false, false);
}

static void nil_and_what_is_no_object_mean_nothing(void **state)
{
    for (uint64_t value = 0; value <= 4096; value += 4096) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t block = synth_object(synth, BLOCK, NULL);
        uint64_t type = synth_type_slice(synth, "[]uint8", synth_type_byte(synth));

        expect_noted(says(synth, block, 0, type, value, 1, 1), false, false, false, false);
    }
}

/* The array ends with part of an element, whose words no type describes. */
static void an_array_with_words_behind_its_elements_is_left(void **state)
{
    enum { ODD = 48, END = HOLDER / ODD * ODD };
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t block = synth_object(synth, BLOCK, NULL), other = synth_object(synth, BLOCK, NULL);
    uint64_t slice = synth_type_slice(synth, "[]uint8", synth_type_byte(synth));
    const struct synth_type_field field = {"word", slice, 0};
    uint64_t element = synth_type_struct(synth, "main.holder", ODD, &field, 1);
    uint64_t holder = synth_tiled(synth, HOLDER, element);

    claim_elements(synth, holder, element);
    put_slice(synth, holder, block, BLOCK);
    put_slice(synth, holder + END, other, 8);
    struct asked asked = {.analysis = synth_open(synth), .holder = holder, .target = block};
    assert_null(gt_analysis_run(asked.analysis, &asked, ask_in_call, &asked));
    assert_false(asked.noted);
    assert_true(asked.with.left);
    assert_true(asked.without.left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(strings_that_cover_their_texts_are_settled, synth_end),
        cmocka_unit_test_teardown(an_array_with_a_short_string_is_left, synth_end),
        cmocka_unit_test_teardown(a_slice_of_bytes_covers_half, synth_end),
        cmocka_unit_test_teardown(a_slice_that_does_not_fit_is_left, synth_end),
        cmocka_unit_test_teardown(a_slice_of_all_pointers_leaves_none_out, synth_end),
        cmocka_unit_test_teardown(a_pointer_covers_what_is_no_array, synth_end),
        cmocka_unit_test_teardown(a_pointer_covers_a_block_without_pointers_from_its_start,
                                  synth_end),
        cmocka_unit_test_teardown(a_pointer_to_a_byte_is_left, synth_end),
        cmocka_unit_test_teardown(a_pointer_to_a_field_covers_what_is_no_array, synth_end),
        cmocka_unit_test_teardown(a_pointer_to_pointers_needs_no_look, synth_end),
        cmocka_unit_test_teardown(a_pointer_into_an_array_needs_no_more_if_the_array_is_covered,
                                  synth_end),
        cmocka_unit_test_teardown(an_interface_of_an_unknown_type_is_left, synth_end),
        cmocka_unit_test_teardown(a_map_is_used_whole, synth_end),
        cmocka_unit_test_teardown(an_array_with_words_behind_its_elements_is_left, synth_end),
        cmocka_unit_test_teardown(nil_and_what_is_no_object_mean_nothing, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
