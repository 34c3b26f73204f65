/* Roots: each kind of word outside the heap that keeps an object, and its owner. */
#include "inspector/api/analysis.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

static const struct gt_roots *open_roots(struct synth *synth)
{
    struct gt_analysis *analysis = synth_open(synth);

    assert_null(gt_analysis_heap(analysis));
    return analysis->roots;
}

/* The only root that leads to the object; NULL when there is none. */
static const struct gt_root *root_of(const struct gt_roots *roots, uint64_t object)
{
    const struct gt_root *found = NULL;

    for (size_t i = 0; i < roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(roots, i);
        if (root->value != object) continue;
        assert_null(found);
        found = root;
    }
    return found;
}

static const struct gt_root *assert_root(struct synth *synth, uint64_t object,
                                         enum gt_root_kind kind)
{
    const struct gt_root *root = root_of(open_roots(synth), object);

    assert_non_null(root);
    assert_int_equal(root->kind, kind);
    return root;
}

static void a_variable_of_a_package(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, NULL);
    uint64_t variable = synth_global(synth, "main.cache", object);

    assert_int_equal(assert_root(synth, object, GT_ROOT_GLOBAL)->addr, variable);
}

static void a_live_variable_of_a_frame(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t object = synth_object(synth, 32, NULL);
        struct synth_g *g = synth_go(synth, "main.work");
        synth_local(g, object);
        synth_wait(g, SYNTH_SLEEP);
        const struct gt_root *root = assert_root(synth, object, GT_ROOT_FRAME);
        assert_int_equal(root->owner, 1);
        assert_int_equal(root->frame, 2); /* below runtime.gopark and time.Sleep */
        assert_int_equal(open_roots(synth)->frames_conservative, 0);
    }
}

/* The third stack of a kind is scanned by the plan that the second one made. */
static void live_variables_of_stacks_that_are_alike(void **state)
{
    enum { ALIKE = 4 };

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t objects[ALIKE], frames;
        struct synth_g *made[ALIKE];
        for (int j = 0; j < ALIKE; j++) {
            objects[j] = synth_object(synth, 32, NULL);
            made[j] = synth_go(synth, "main.work");
            synth_local(made[j], objects[j]);
            synth_wait(made[j], SYNTH_SLEEP);
        }
        const struct gt_roots *roots = open_roots(synth);
        for (int j = 0; j < ALIKE; j++) {
            const struct gt_root *root = root_of(roots, objects[j]);
            const struct gt_root *first = root_of(roots, objects[0]);
            assert_non_null(root);
            assert_int_equal(root->kind, GT_ROOT_FRAME);
            assert_int_equal(root->owner, 1 + j);
            assert_int_equal(root->frame, 2);
            assert_int_equal(root->addr - synth_g_stack(made[j]),
                             first->addr - synth_g_stack(made[0]));
        }
        frames = roots->frames_precise;
        assert_int_equal(roots->frames_conservative, 0);
        assert_int_equal(frames % ALIKE, 3 % ALIKE); /* and those of the main goroutine */
    }
}

static void a_word_that_the_stack_map_leaves_out_is_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, NULL);

    synth_stale(synth_main(synth), object);
    assert_null(root_of(open_roots(synth), object));
}

static void every_word_of_a_frame_that_was_stopped_anywhere(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, NULL);
    struct synth_g *g = synth_go(synth, "main.spin");

    synth_stale(g, object);
    synth_wait(g, SYNTH_PREEMPTED);
    assert_root(synth, object, GT_ROOT_CONSERVATIVE);
    assert_int_equal(open_roots(synth)->frames_conservative, 2);
}

static void every_word_of_a_write_barrier_and_of_the_function_that_writes(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t variable = synth_object(synth, 32, NULL), saved = synth_object(synth, 32, NULL);
        struct synth_g *g = synth_go(synth, "main.write");
        synth_stale(g, variable);
        synth_saved(g, saved);
        synth_wait(g, SYNTH_IN_BARRIER);
        assert_root(synth, variable, GT_ROOT_CONSERVATIVE);
        assert_root(synth, saved, GT_ROOT_CONSERVATIVE);
        assert_int_equal(open_roots(synth)->frames_conservative, 2);
        assert_false(synth_open(synth)->process->lost[GT_OF_GOROUTINES]);
    }
}

static void a_deferred_call(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t closure = synth_closure(synth, "main.work.func1", 0);

    synth_defer(synth_main(synth), closure);
    assert_int_equal(assert_root(synth, closure, GT_ROOT_DEFER)->owner, 0);
}

static void a_finalizer_and_what_its_object_holds(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, "p");
    uint64_t closure = synth_closure(synth, "main.free", 0);

    synth_finalizer(synth, object, closure);
    assert_root(synth, closure, GT_ROOT_FINALIZER);
    assert_root(synth, object, GT_ROOT_CONTENTS);
}

static void a_cleanup_and_its_argument(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, "p"), argument = synth_object(synth, 16, NULL);

    synth_cleanup(synth, object, synth_func(synth, "main.free"), argument);
    assert_root(synth, argument, GT_ROOT_CLEANUP);
    assert_null(root_of(open_roots(synth), object));
}

static void a_stack_that_the_core_lacks_gives_none_and_is_reported(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, 32, NULL);
    struct synth_g *g = synth_go(synth, "main.work");

    synth_local(g, object);
    synth_lose(synth, synth_g_stack(g), 1);
    assert_null(root_of(open_roots(synth), object));
    const struct gt_process *process = synth_open(synth)->process;
    assert_true(process->lost[GT_OF_GOROUTINES]);
    assert_int_equal(process->missing_bytes, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_variable_of_a_package, synth_end),
        cmocka_unit_test_teardown(a_live_variable_of_a_frame, synth_end),
        cmocka_unit_test_teardown(live_variables_of_stacks_that_are_alike, synth_end),
        cmocka_unit_test_teardown(a_word_that_the_stack_map_leaves_out_is_none, synth_end),
        cmocka_unit_test_teardown(every_word_of_a_frame_that_was_stopped_anywhere, synth_end),
        cmocka_unit_test_teardown(every_word_of_a_write_barrier_and_of_the_function_that_writes,
                                  synth_end),
        cmocka_unit_test_teardown(a_deferred_call, synth_end),
        cmocka_unit_test_teardown(a_finalizer_and_what_its_object_holds, synth_end),
        cmocka_unit_test_teardown(a_cleanup_and_its_argument, synth_end),
        cmocka_unit_test_teardown(a_stack_that_the_core_lacks_gives_none_and_is_reported,
                                  synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
