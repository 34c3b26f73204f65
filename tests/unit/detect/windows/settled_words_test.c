/* What is noted of words while types spread is what the words say. `make tsan` runs this under
 * ThreadSanitizer. */
#include "inspector/api/analysis.h"
#include "tests/unit/detect/windows/covered_bits.h"
#include "tests/unit/runtime/typing/many_nodes.h"
#include "tests/unit/synth/synth_impl.h"

#include <stdlib.h>

enum { MOST_THREADS = 4 };

struct compared {
    struct gt_analysis *analysis;
    unsigned threads;
    size_t noted;       /* live objects all of whose words are settled */
    size_t left, other; /* bits that only the answer with notes has, or only the one without */
};

static size_t count_only(const struct gt_bitmap *one, const struct gt_bitmap *other)
{
    size_t count = 0;

    for (size_t i = 0; i < one->bits; i++)
        count += gt_bit(one, i) && !gt_bit(other, i);
    return count;
}

static void compare_bits(struct compared *compared, const struct gt_bitmap *with,
                         const struct gt_bitmap *without)
{
    compared->other += count_only(with, without) + count_only(without, with);
}

static void compare(struct compared *compared, const struct gt_heap_analysis *live_heap)
{
    struct gt_settled_words *settled = live_heap->typing->settled;
    struct gt_covered covered[2];
    struct gt_bitmap rest[2];

    for (int i = 0; i < 2; i++) {
        settled->stale = i == 1;
        covered[i] = no_bits(live_heap->heap->graph.objects);
        gt_bitmap_init(&rest[i], live_heap->live.bits);
        gt_settle_covering_words(live_heap, &covered[i], &rest[i]);
    }
    compared->noted = gt_bitmap_count(&settled->objects);
    compare_bits(compared, &covered[0].whole, &covered[1].whole);
    compare_bits(compared, &covered[0].half, &covered[1].half);
    compare_bits(compared, &covered[0].full, &covered[1].full);
    compared->left = count_only(&rest[0], &rest[1]) + count_only(&rest[1], &rest[0]);
    for (int i = 0; i < 2; i++) {
        free_bits(&covered[i]);
        gt_bitmap_deinit(&rest[i]);
    }
}

static struct gt_error *compare_in_call(void *args)
{
    struct compared *compared = args;
    struct gt_arena storage = {0};

    compared->analysis->threads = compared->threads;
    struct gt_error *error = gt_analysis_heap(compared->analysis);
    if (error) return error;
    compare(compared, gt_analysis_live_heap(compared->analysis, GT_TYPES_FOR_DETECTORS, &storage));
    gt_arena_deinit(&storage);
    return NULL;
}

/* The pass over all words is the truth. */
static void notes_say_what_the_words_say(void **state)
{
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        struct synth *synth = synth_begin(state, "go1.26.8");
        free(many_nodes_build(synth));
        struct compared compared = {.analysis = synth_open(synth), .threads = threads};

        assert_null(gt_analysis_run(compared.analysis, &compared, compare_in_call, &compared));
        assert_true(compared.noted > NODES / 2); /* the others have a value in an interface */
        assert_int_equal(compared.other, 0);
        assert_int_equal(compared.left, 0);
    }
}

/* ---- one block without pointers ---------------------------------------------------------------
 */

enum { OWNERS = 4096, OWNER = 32, TEXT = 64, TOP = 32 };

struct owners {
    struct gt_analysis *analysis;
    unsigned threads;
    uint64_t list, text, first; /* the first one is not in the list, and read before it */
    uint64_t at[OWNERS];
    size_t settled[2]; /* of the first half, and of the second one */
};

/* Half of the owners have a pointer to the same block. Its type says that it has pointers, and it
 * has none. The others have blocks of their own, which have one. */
static uint64_t make_owner_type(struct synth *synth)
{
    struct synth_type_field word = {"p", synth_type_unsafe_pointer(synth), 0};
    uint64_t thing = synth_type_struct(synth, "main.thing", TEXT, &word, 1);
    struct synth_type_field fields[] = {
        {"thing", synth_type_pointer(synth, "*main.thing", thing), 0},
        {"name", synth_type_string(synth), 8}};

    return synth_type_pointer(synth, "*main.owner",
                              synth_type_struct(synth, "main.owner", OWNER, fields, 2));
}

static uint64_t make_one(struct synth *synth, uint64_t thing)
{
    uint64_t owner = synth_object(synth, OWNER, "pp");

    synth_put(synth, owner, thing);
    return owner;
}

/* A queued finalizer types the list. */
static void make_list(struct synth *synth, struct owners *owners)
{
    uint64_t pointer = make_owner_type(synth), run = synth_func(synth, "main.finalize");
    const struct synth_type_field fields[] = {
        {"list", synth_type_slice(synth, "[]*main.owner", pointer), 0}, {"first", pointer, 24}};
    uint64_t top = synth_object(synth, TOP, "p..p");

    owners->list = synth_tiled(synth, (uint64_t)OWNERS * 8, pointer);
    synth_put(synth, top, owners->list);
    synth_put(synth, top + 8, OWNERS);
    synth_put(synth, top + 16, OWNERS);
    synth_put(synth, top + 24, owners->first);
    synth_type_finalizer(synth, synth_queue_finalizer(synth, top, run),
                         synth_type_pointer(synth, "*main.top",
                                            synth_type_struct(synth, "main.top", TOP, fields, 2)));
}

static void make_owners(struct synth *synth, struct owners *owners)
{
    owners->text = synth_object(synth, TEXT, NULL);
    owners->first = make_one(synth, owners->text);
    make_list(synth, owners);
    for (int i = 0; i < OWNERS; i++) {
        bool shares = i < OWNERS / 2;
        owners->at[i] = make_one(synth, shares ? owners->text : synth_object(synth, TEXT, "p"));
        synth_put(synth, owners->list + (uint64_t)i * 8, owners->at[i]);
    }
}

static struct gt_error *count_settled(void *args)
{
    struct owners *owners = args;
    struct gt_arena storage = {0};

    owners->analysis->threads = owners->threads;
    struct gt_error *error = gt_analysis_heap(owners->analysis);
    if (error) return error;
    const struct gt_heap_analysis *live =
        gt_analysis_live_heap(owners->analysis, GT_TYPES_FOR_DETECTORS, &storage);
    const struct gt_settled_words *settled = live->typing->settled;
    for (int i = 0; i < OWNERS; i++)
        owners->settled[i >= OWNERS / 2] +=
            gt_bit(&settled->objects, gt_heap_object(&live->heap->graph, owners->at[i]));
    gt_arena_deinit(&storage);
    return NULL;
}

static void no_owner_of_a_block_without_pointers_is_settled(void **state)
{
    for (unsigned threads = 1; threads <= MOST_THREADS; threads++) {
        struct owners owners = {.threads = threads};
        struct synth *synth = synth_begin(state, "go1.26.8");

        make_owners(synth, &owners);
        owners.analysis = synth_open(synth);
        assert_null(gt_analysis_run(owners.analysis, &owners, count_settled, &owners));
        assert_int_equal(owners.settled[0], 0);
        assert_int_equal(owners.settled[1], OWNERS / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(notes_say_what_the_words_say, synth_end),
        cmocka_unit_test_teardown(no_owner_of_a_block_without_pointers_is_settled, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
