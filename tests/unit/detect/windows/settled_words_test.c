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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(notes_say_what_the_words_say, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
