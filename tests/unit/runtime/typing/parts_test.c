/* Words of objects that have no words of other kinds: each is read once, whatever the parts are. */
#include "inspector/api/analysis.h"
#include "inspector/runtime/typing/typing.h"
#include "tests/unit/synth/synth_impl.h"

enum { NAMES = 32, BLOCK = 1024, SLOT = 8192, LARGE = 3 << 20, MOST = 8 };

struct reading {
    struct gt_analysis *analysis;
    uint64_t refused; /* a word with this value is not settled */
    uint32_t kinds;   /* the words that are read */
    size_t parts, words;
    uint64_t value[MOST], len[MOST];
    uint64_t asked; /* an object */
    bool is_other;
};

static bool settle(void *ctx, const struct gt_pointer_slot *place, const unsigned char *words)
{
    struct reading *reading = ctx;
    uint64_t value = gt_load64(words);

    assert_true(reading->words < MOST);
    assert_true(reading->kinds >> place->kind & 1);
    reading->value[reading->words] = value;
    reading->len[reading->words++] = gt_load64(words + 8);
    return value != reading->refused;
}

static void read_parts(struct reading *reading, const struct gt_heap_analysis *live_heap)
{
    const struct gt_heap *graph = &live_heap->heap->graph;
    struct gt_vec parts = GT_VEC_OF(struct gt_read_part);
    struct gt_bitmap others;

    gt_bitmap_init(&others, live_heap->live.bits);
    gt_typing_parts(live_heap->typing, reading->kinds, &parts);
    reading->parts = parts.len;
    for (size_t i = 0; i < parts.len; i++)
        gt_typing_read_part(live_heap->typing, &live_heap->live, gt_vec_at(&parts, i), settle,
                            reading, &others);
    uint32_t object = gt_heap_object(graph, reading->asked);
    reading->is_other = object != GT_NO_OBJECT && gt_bit(&others, object);
    gt_bitmap_deinit(&others);
    gt_vec_deinit(&parts);
}

static struct gt_error *read_all(void *args)
{
    struct reading *reading = args;
    struct gt_arena storage = {0};
    struct gt_error *error = gt_analysis_heap(reading->analysis);

    if (error) return error;
    read_parts(reading, gt_analysis_live_heap(reading->analysis, GT_TYPES_FOR_DETECTORS, &storage));
    gt_arena_deinit(&storage);
    return NULL;
}

/* The words of `kinds` that are read; `asked` is the object that reading.is_other is about. */
static struct reading read_kinds(struct synth *synth, uint32_t kinds, uint64_t asked,
                                 uint64_t refused)
{
    struct reading reading = {
        .analysis = synth_open(synth), .asked = asked, .refused = refused, .kinds = kinds};

    assert_null(gt_analysis_run(reading.analysis, &reading, read_all, &reading));
    return reading;
}

static struct reading read_strings(struct synth *synth, uint64_t asked, uint64_t refused)
{
    return read_kinds(synth, 1 << GT_P_STRING, asked, refused);
}

/* Two strings. */
static uint64_t names_type(struct synth *synth)
{
    const struct synth_type_field fields[] = {{"first", synth_type_string(synth), 0},
                                              {"last", synth_type_string(synth), 16}};

    return synth_type_struct(synth, "main.names", NAMES, fields, 2);
}

static uint64_t new_array(struct synth *synth, uint64_t size, uint64_t type)
{
    uint64_t array = synth_tiled(synth, size, type);

    synth_global(synth, "main.array", array);
    return array;
}

static void put_string(struct synth *synth, uint64_t at, uint64_t text, uint64_t len)
{
    synth_put(synth, at, text);
    synth_put(synth, at + 8, len);
}

static void each_string_is_read(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t text = synth_object(synth, 64, NULL);
    uint64_t array = new_array(synth, BLOCK, names_type(synth));

    put_string(synth, array, text, 5);
    put_string(synth, array + NAMES + 16, text + 8, 6);
    struct reading reading = read_strings(synth, array, 0);
    assert_int_equal(reading.words, 2);
    assert_int_equal(reading.value[0], text);
    assert_int_equal(reading.len[0], 5);
    assert_int_equal(reading.value[1], text + 8);
    assert_int_equal(reading.len[1], 6);
    assert_false(reading.is_other);
}

static void an_object_with_a_string_that_is_not_settled_is_left(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t text = synth_object(synth, 64, NULL);
    uint64_t array = new_array(synth, BLOCK, names_type(synth));

    put_string(synth, array + 16, text, 5);
    assert_true(read_strings(synth, array, text).is_other);
}

static void an_object_with_other_words_is_left(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 0},
                                              {"any", synth_type_any(synth), 16}};
    uint64_t type = synth_type_struct(synth, "main.named", NAMES, fields, 2);
    uint64_t array = new_array(synth, BLOCK, type);

    put_string(synth, array, synth_object(synth, 64, NULL), 5);
    struct reading reading = read_strings(synth, array, 0);
    assert_int_equal(reading.words, 0);
    assert_true(reading.is_other);
}

static void words_of_all_chosen_kinds_are_read(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 0},
                                              {"any", synth_type_any(synth), 16}};
    uint64_t type = synth_type_struct(synth, "main.named", NAMES, fields, 2);
    uint64_t array = new_array(synth, BLOCK, type), text = synth_object(synth, 64, NULL);

    put_string(synth, array, text, 5);
    put_string(synth, array + 16, type, text);
    struct reading reading = read_kinds(synth, 1 << GT_P_STRING | 1 << GT_P_EFACE, array, 0);
    assert_int_equal(reading.words, 2);
    assert_int_equal(reading.value[0], text);
    assert_int_equal(reading.value[1], type);
    assert_int_equal(reading.len[1], text);
    assert_false(reading.is_other);
}

/* The allocator recorded the type of the array that the pointer leads to, so the spread of types
 * does not tell what part of it is used. */
static void a_plain_pointer_into_an_array_is_read(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t names = names_type(synth), all = synth_tiled(synth, BLOCK, names);
    const struct synth_type_field fields[] = {
        {"names", synth_type_pointer(synth, "*main.names", names), 0}};
    uint64_t type = synth_type_struct(synth, "main.node", 16, fields, 1);
    uint64_t array = new_array(synth, BLOCK, type);

    synth_put(synth, array, all + NAMES);
    struct reading reading = read_kinds(synth, 1 << GT_P_STRING | 1 << GT_P_POINTER, array, 0);
    assert_int_equal(reading.words, 1);
    assert_int_equal(reading.value[0], all + NAMES);
    assert_false(reading.is_other);
}

static void an_untyped_object_is_left(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t object = synth_object(synth, 64, "p...p");

    synth_global(synth, "main.object", object);
    assert_true(read_strings(synth, object, 0).is_other);
}

/* What they lead to is known from the spread of types. */
static void an_object_with_plain_pointers_alone_is_not_read(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t pointer = synth_type_pointer(synth, "*main.names", names_type(synth));
    const struct synth_type_field fields[] = {{"names", pointer, 0}};
    uint64_t type = synth_type_struct(synth, "main.node", 16, fields, 1);
    uint64_t array = new_array(synth, BLOCK, type), names = synth_object(synth, NAMES, "p.p");

    synth_put(synth, array, names);
    struct reading reading = read_strings(synth, array, 0);
    assert_int_equal(reading.words, 0);
    assert_false(reading.is_other);
}

/* 24 does not divide the size of the slot, which is a page. */
static void words_behind_the_last_element_are_others(void **state)
{
    for (uint64_t rest = 0; rest < 2; rest++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        const struct synth_type_field fields[] = {{"name", synth_type_string(synth), 0}};
        uint64_t type = synth_type_struct(synth, "main.word", 24, fields, 1);
        uint64_t array = new_array(synth, BLOCK, type), text = synth_object(synth, 64, NULL);

        put_string(synth, array, text, 5);
        if (rest) synth_put(synth, array + SLOT / 24 * 24, text);
        assert_int_equal(read_strings(synth, array, 0).is_other, rest);
    }
}

static void a_large_array_is_read_in_parts(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t text = synth_object(synth, 64, NULL);
    uint64_t array = new_array(synth, LARGE, names_type(synth));
    uint64_t last = array + LARGE / NAMES * NAMES - NAMES;

    put_string(synth, array, text, 1);
    put_string(synth, array + LARGE / 2, text, 2);
    put_string(synth, last, text, 3);
    struct reading reading = read_strings(synth, array, 0);
    assert_true(reading.parts > 2);
    assert_int_equal(reading.words, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(reading.len[i], i + 1);
    assert_false(reading.is_other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_string_is_read, synth_end),
        cmocka_unit_test_teardown(an_object_with_a_string_that_is_not_settled_is_left, synth_end),
        cmocka_unit_test_teardown(an_object_with_other_words_is_left, synth_end),
        cmocka_unit_test_teardown(words_of_all_chosen_kinds_are_read, synth_end),
        cmocka_unit_test_teardown(a_plain_pointer_into_an_array_is_read, synth_end),
        cmocka_unit_test_teardown(an_untyped_object_is_left, synth_end),
        cmocka_unit_test_teardown(an_object_with_plain_pointers_alone_is_not_read, synth_end),
        cmocka_unit_test_teardown(words_behind_the_last_element_are_others, synth_end),
        cmocka_unit_test_teardown(a_large_array_is_read_in_parts, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
