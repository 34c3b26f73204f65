/* The word that holds an object: of several, the longest slice, else the first that the types
 * know. */
#include "inspector/api/analysis.h"
#include "inspector/detect/holders/holder_word.h"
#include "inspector/detect/holders/live_tree.h"
#include "tests/unit/synth/synth_impl.h"

enum { NODE = 256, WORD = 8 };

struct asked {
    struct gt_analysis *analysis;
    uint64_t holder, target; /* addresses of objects */
    bool found;
    struct gt_referrer_word word;
};

static struct gt_error *ask(void *args)
{
    struct asked *asked = args;
    struct gt_arena storage = {0};
    struct gt_error *error = gt_analysis_heap(asked->analysis);

    if (error) return error;
    struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap(asked->analysis, GT_TYPES_FOR_DETECTORS, &storage);
    struct gt_live_tree *live = gt_live_tree(live_heap);
    uint32_t target = gt_heap_object(&live_heap->heap->graph, asked->target);
    asked->found = gt_referrer_word_of(live_heap, &live->tree, &live->groups,
                                       gt_dominators_node(&live->tree, target), &asked->word);
    asked->found &=
        asked->word.holder.object == gt_heap_object(&live_heap->heap->graph, asked->holder);
    gt_arena_deinit(&storage);
    return NULL;
}

static struct gt_word word_of(struct synth *synth, uint64_t holder, uint64_t target)
{
    struct asked asked = {.analysis = synth_open(synth), .holder = holder, .target = target};

    assert_null(gt_analysis_run(asked.analysis, &asked, ask, &asked));
    assert_true(asked.found);
    return asked.word.word;
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t value, uint64_t len)
{
    synth_put(synth, at, value);
    synth_put(synth, at + WORD, len);
    synth_put(synth, at + 2 * WORD, len);
}

/* A queued finalizer gives the object a type. */
static void give_type(struct synth *synth, uint64_t object, uint64_t type)
{
    uint64_t run = synth_func(synth, "main.finalize");

    synth_type_finalizer(synth, synth_queue_finalizer(synth, object, run),
                         synth_type_pointer(synth, "*main.holder", type));
}

static uint64_t node_pointer(struct synth *synth)
{
    return synth_type_pointer(synth, "*main.node",
                              synth_type_struct(synth, "main.node", NODE, NULL, 0));
}

/* A slice types the second and the third word of four. What is before them has no type. */
static void a_word_with_a_type_comes_first(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t slice = synth_type_slice(synth, "[]*main.node", node_pointer(synth));
    const struct synth_type_field field = {"all", slice, 0};
    uint64_t top = synth_object(synth, 24, "p.."), holder = synth_object(synth, 32, "pppp");
    uint64_t target = synth_object(synth, NODE, NULL);

    put_slice(synth, top, holder + WORD, 2);
    synth_put(synth, holder, target);
    synth_put(synth, holder + WORD, target);
    give_type(synth, top, synth_type_struct(synth, "main.holder", 24, &field, 1));
    assert_int_equal(word_of(synth, holder, target).offset, WORD);
}

/* The pointer is the first word, and the string the second one; or the other way round. */
static void of_equal_words_the_first_is_taken(void **state)
{
    for (unsigned first = 0; first < 2; first++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        uint64_t pointer = node_pointer(synth), target = synth_object(synth, NODE, NULL);
        uint64_t at = first ? 2 * WORD : 0, string = first ? 0 : WORD;
        const struct synth_type_field fields[] = {
            {first ? "text" : "node", first ? synth_type_string(synth) : pointer, 0},
            {first ? "node" : "text", first ? pointer : synth_type_string(synth),
             first ? 2 * WORD : WORD}};
        uint64_t holder = synth_object(synth, 24, first ? "p.p" : "pp.");

        synth_put(synth, holder + at, target);
        synth_put(synth, holder + string, target);
        synth_put(synth, holder + string + WORD, NODE);
        give_type(synth, holder, synth_type_struct(synth, "main.holder", 24, fields, 2));
        assert_int_equal(word_of(synth, holder, target).offset, 0);
    }
}

static void the_longest_slice_is_taken(void **state)
{
    struct synth *synth = synth_begin(state, "go1.26.8");
    uint64_t bytes = synth_type_slice(synth, "[]uint8", synth_type_byte(synth));
    const struct synth_type_field fields[] = {
        {"node", node_pointer(synth), 0}, {"head", bytes, WORD}, {"all", bytes, 4 * WORD}};
    uint64_t holder = synth_object(synth, 7 * WORD, "pp..p.."),
             target = synth_object(synth, NODE, NULL);

    synth_put(synth, holder, target);
    put_slice(synth, holder + WORD, target, 1);
    put_slice(synth, holder + 4 * WORD, target, NODE);
    give_type(synth, holder, synth_type_struct(synth, "main.holder", 7 * WORD, fields, 3));
    assert_int_equal(word_of(synth, holder, target).offset, 4 * WORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_word_with_a_type_comes_first, synth_end),
        cmocka_unit_test_teardown(of_equal_words_the_first_is_taken, synth_end),
        cmocka_unit_test_teardown(the_longest_slice_is_taken, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
