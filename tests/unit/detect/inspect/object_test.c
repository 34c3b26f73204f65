/* One address of a small process: what it is, its referrers and pointers, the paths to it. */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8", "go1.27.4"};
static const char GO[] = "go1.26.8";

enum { SMALL = 64, LARGE = 8192 };

static struct gt_object *object_at(struct synth *synth, uint64_t address)
{
    const struct gt_object_options options = {.size = sizeof options, .address = address};
    struct gt_object *object = NULL;
    struct gt_error *error = gt_object_create(synth_open(synth), &options, &object);

    if (error) fail_msg("%s", gt_error_message(error));
    return object;
}

static void assert_is(struct synth *synth, uint64_t address, enum gt_address_kind what)
{
    struct gt_object *object = object_at(synth, address);

    if (object->what != what)
        fail_msg("0x%lx is %s, and not %s", (unsigned long)address,
                 gt_address_kind_name(object->what), gt_address_kind_name(what));
    gt_object_destroy(object);
}

static void each_sort_of_memory_is_known(void **state)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct synth *synth = synth_begin(state, versions[i]);
        uint64_t kept = synth_object(synth, SMALL, "p"), freed = synth_object(synth, SMALL, "p");
        uint64_t variable = synth_global(synth, "main.kept", kept);
        struct synth_g *g = synth_go(synth, "main.work");

        synth_free_object(synth, freed);
        assert_is(synth, kept + 8, GT_ADDRESS_OBJECT);
        assert_is(synth, freed, GT_ADDRESS_FREE_SLOT);
        assert_is(synth, variable, GT_ADDRESS_DATA);
        assert_is(synth, synth_g_stack(g) + 8, GT_ADDRESS_STACK);
        assert_is(synth, 8, GT_ADDRESS_NOT_MAPPED);
        assert_is(synth, UINT64_MAX, GT_ADDRESS_NOT_MAPPED);
    }
}

static void an_object_has_its_pointers_and_referrers(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t target = synth_object(synth, LARGE, NULL), object = synth_object(synth, SMALL, ".p");
    uint64_t owner = synth_object(synth, SMALL, "pp"), garbage = synth_object(synth, SMALL, "p");

    synth_put(synth, object + 8, target);
    synth_put(synth, owner, object);
    synth_put(synth, owner + 8, object);
    synth_put(synth, garbage, object);
    synth_global(synth, "main.owner", owner);
    struct gt_object *made = object_at(synth, object + 20);
    assert_true(made->live);
    assert_int_equal(made->base, object);
    assert_int_equal(made->bytes, SMALL);
    assert_int_equal(made->retained_bytes, SMALL + LARGE);
    assert_int_equal(made->retained_objects, 2);
    assert_int_equal(made->referring_words, 2);
    assert_int_equal(made->referring_garbage, 1);
    assert_true(made->referrer_count > 0);
    assert_int_equal(made->referrers[0].object, owner);
    assert_int_equal(made->pointer_count, 1);
    assert_int_equal(made->pointers[0].offset, 8);
    assert_int_equal(made->pointers[0].value, target);
    assert_int_equal(made->pointers[0].into.address, target);
    gt_object_destroy(made);
}

static void garbage_has_no_retained_size(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct gt_object *made = object_at(synth, synth_object(synth, SMALL, "p"));

    assert_int_equal(made->what, GT_ADDRESS_OBJECT);
    assert_false(made->live);
    assert_int_equal(made->retained_bytes, GT_UNKNOWN);
    gt_object_destroy(made);
}

static void an_object_has_the_specials_that_the_runtime_attached(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, SMALL, "p");

    synth_global(synth, "main.kept", object);
    synth_finalizer(synth, object, synth_func(synth, "main.close"));
    struct gt_object *made = object_at(synth, object);
    assert_int_equal(made->special_count, 1);
    assert_int_equal(made->specials[0].kind, GT_SPECIAL_FINALIZER);
    gt_object_destroy(made);
}

/* ---- paths --------------------------------------------------------------------------------- */

static struct gt_paths *paths_to(struct synth *synth, uint64_t address)
{
    const struct gt_path_options options = {.size = sizeof options, .address = address};
    struct gt_paths *paths = NULL;
    struct gt_error *error = gt_paths_create(synth_open(synth), &options, &paths);

    if (error) fail_msg("%s", gt_error_message(error));
    return paths;
}

static void each_kind_of_root_has_a_path(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    uint64_t object = synth_object(synth, SMALL, NULL), between = synth_object(synth, SMALL, "p");

    synth_put(synth, between, object);
    uint64_t variable = synth_global(synth, "main.kept", between);
    synth_local(synth_main(synth), object);
    struct gt_paths *paths = paths_to(synth, object + 1);
    assert_true(paths->live);
    assert_int_equal(paths->object.address, object);
    assert_int_equal(paths->path_count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool global = paths->paths[i].kind == GT_PATH_GLOBAL;
        assert_int_equal(paths->paths[i].kind, global ? GT_PATH_GLOBAL : GT_PATH_GOROUTINE);
        assert_int_equal(paths->paths[i].objects, global ? 1 : 0);
        assert_int_equal(paths->paths[i].goroutine, global ? 0 : 1);
        if (global) assert_int_equal(paths->paths[i].path.steps[0].address, variable);
    }
    assert_int_not_equal(paths->paths[0].kind, paths->paths[1].kind);
    gt_paths_destroy(paths);
}

static void no_path_leads_to_garbage(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct gt_paths *paths = paths_to(synth, synth_object(synth, SMALL, NULL));

    assert_false(paths->live);
    assert_int_equal(paths->path_count, 0);
    gt_paths_destroy(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_sort_of_memory_is_known, synth_end),
        cmocka_unit_test_teardown(an_object_has_its_pointers_and_referrers, synth_end),
        cmocka_unit_test_teardown(garbage_has_no_retained_size, synth_end),
        cmocka_unit_test_teardown(an_object_has_the_specials_that_the_runtime_attached, synth_end),
        cmocka_unit_test_teardown(each_kind_of_root_has_a_path, synth_end),
        cmocka_unit_test_teardown(no_path_leads_to_garbage, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
