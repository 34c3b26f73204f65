/* Packages by the names of functions. */
#include "inspector/base/package.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void a_package_is_no_prefix(void **state)
{
    (void)state;
    assert_true(gt_is_in_package("runtime.gopark", "runtime"));
    assert_true(gt_is_in_package("runtime.(*mheap).alloc", "runtime"));
    assert_false(gt_is_in_package("runtime.evil/x.Park", "runtime"));
    assert_true(gt_is_runtimes("runtime.gopark"));
    assert_true(gt_is_runtimes("internal/runtime/maps.(*Map).growToTable"));
    assert_false(gt_is_runtimes("runtime.evil/x.Park"));
    assert_false(gt_is_runtimes("runtime/pprof.Lookup"));
    assert_false(gt_is_in_package("runtime/pprof.Lookup", "runtime"));
    assert_true(gt_is_in_package("main.Map[go.shape.struct { net/http.x int }]", "main"));
    assert_int_equal(gt_package_length("gopanic"), 0);
}

static void the_runtimes_packages_are_known_by_their_paths(void **state)
{
    (void)state;
    assert_true(gt_is_runtime_package("runtime"));
    assert_true(gt_is_runtime_package("internal/runtime/maps"));
    assert_false(gt_is_runtime_package("runtime/pprof"));
    assert_false(gt_is_runtime_package("runtime.evil/x"));
    assert_false(gt_is_runtime_package("example.com/internal/runtime/maps"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_package_is_no_prefix),
        cmocka_unit_test(the_runtimes_packages_are_known_by_their_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
