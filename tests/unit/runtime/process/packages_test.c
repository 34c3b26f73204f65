/* Whose code a function is, by the build information and the files of functions. */
#include "inspector/runtime/process/packages.h"
#include "tests/unit/gotypes/target.h"

static const char build_info[] = "path\texample.com/app/cmd/server\n"
                                 "mod\texample.com/app\t(devel)\t\n"
                                 "dep\texample.com/apple\tv1.2.0\th1:x=\n"
                                 "dep\tgopkg.in/yaml.v3\tv3.0.1\th1:x=\n"
                                 "dep\tgithub.com/x/old\tv1.0.0\n"
                                 "=>\tgithub.com/fork/old\tv1.0.1\th1:x=\n"
                                 "dep\tgithub.com/x/near\tv1.0.0\n"
                                 "=>\t../near\t(devel)\t\n"
                                 "dep\truntime.evil/x\tv0.1.0\th1:x=\n"
                                 "build\t-compiler=gc\n";

static const struct {
    const char *function, *file, *source;
    enum gt_origin origin;
} rows[] = {
    {"main.main", "/src/app/cmd/server/main.go", "cmd/server/main.go", GT_ORIGIN_PROGRAM},
    {"example.com/app/internal/fetch.(*Client).Get[...].func1", "/src/app/internal/fetch/get.go",
     "internal/fetch/get.go", GT_ORIGIN_PROGRAM},
    {"example.com/app.Run", "/src/app/run.go", "run.go", GT_ORIGIN_PROGRAM},
    {"example.com/app/fetch_test.TestGet", "/src/app/fetch/get_test.go", "fetch/get_test.go",
     GT_ORIGIN_PROGRAM},
    {"example.com/apple/core.Bite", "/mod/example.com/apple@v1.2.0/core/bite.go",
     "example.com/apple@v1.2.0/core/bite.go", GT_ORIGIN_DEPENDENCY},
    {"gopkg.in/yaml%2ev3.(*parser).node", "/mod/gopkg.in/yaml.v3@v3.0.1/decode.go",
     "gopkg.in/yaml.v3@v3.0.1/decode.go", GT_ORIGIN_DEPENDENCY},
    {"github.com/x/old.F", "/mod/github.com/fork/old@v1.0.1/f.go",
     "github.com/fork/old@v1.0.1/f.go", GT_ORIGIN_DEPENDENCY},
    {"github.com/x/near.F", "/src/near/f.go", "github.com/x/near/f.go", GT_ORIGIN_PROGRAM},
    {"runtime.evil/x.Park", "/mod/runtime.evil/x@v0.1.0/park.go", "runtime.evil/x@v0.1.0/park.go",
     GT_ORIGIN_DEPENDENCY},
    {"net/http.(*persistConn).readLoop", "/usr/local/go/src/net/http/transport.go",
     "net/http/transport.go", GT_ORIGIN_LIBRARY},
    {"runtime.gopark", "/usr/local/go/src/runtime/proc.go", "runtime/proc.go", GT_ORIGIN_LIBRARY},
    {"plugin/unnamed-1a.F", "/src/plug/f.go", "plugin/unnamed-1a/f.go", GT_ORIGIN_PROGRAM},
};

static struct gt_arena names;

static void each_function_is_of_its_module(void **state)
{
    struct gt_packages packages;

    (void)state;
    gt_packages_init(&packages, &names, build_info);
    packages.library = "/usr/local/go/src/";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(gt_origin_of(&packages, rows[i].function, rows[i].file), rows[i].origin);
        assert_string_equal(gt_source_of(&packages, rows[i].function, rows[i].file, &names),
                            rows[i].source);
    }
    gt_packages_deinit(&packages);
}

static void a_path_tells_the_package_of_a_type(void **state)
{
    struct gt_packages packages;

    (void)state;
    gt_packages_init(&packages, &names, build_info);
    assert_true(gt_package_is_librarys(&packages, "regexp"));
    assert_true(gt_package_is_librarys(&packages, "net/url"));
    assert_false(gt_package_is_librarys(&packages, "main"));
    assert_false(gt_package_is_librarys(&packages, "example.com/app/fetch"));
    assert_false(gt_package_is_librarys(&packages, "github.com/x/near"));
    gt_packages_deinit(&packages);
}

static void files_tell_without_build_information(void **state)
{
    struct gt_packages packages;

    (void)state;
    gt_packages_init(&packages, &names, NULL);
    packages.library = "/usr/local/go/src/";
    assert_int_equal(gt_origin_of(&packages, "tool/fetch.Get", "/home/me/tool/fetch/get.go"),
                     GT_ORIGIN_PROGRAM);
    assert_int_equal(gt_origin_of(&packages, "iter.Pull[...]", "/usr/local/go/src/iter/iter.go"),
                     GT_ORIGIN_LIBRARY);
    assert_string_equal(gt_source_of(&packages, "main.main", "/home/me/run.go", &names), "run.go");
    packages.library = ""; /* -trimpath */
    assert_int_equal(gt_origin_of(&packages, "iter.Pull[...]", "iter/iter.go"), GT_ORIGIN_LIBRARY);
    assert_int_equal(gt_origin_of(&packages, "main.main", "./run.go"), GT_ORIGIN_PROGRAM);
    assert_int_equal(gt_origin_of(&packages, "x.org/y.F", "x.org/y@v1.0.0/f.go"),
                     GT_ORIGIN_PROGRAM);
    gt_packages_deinit(&packages);
}

static void damaged_build_information_is_no_harm(void **state)
{
    static const char *const texts[] = {"",    "\n\n", "mod", "dep\t", "=>\tx\tv1\n", "mod\t\t\n=>",
                                        "path"};
    struct gt_packages packages;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gt_packages_init(&packages, &names, texts[i]);
        assert_int_equal(gt_origin_of(&packages, "main.main", "/x/main.go"), GT_ORIGIN_PROGRAM);
        gt_packages_deinit(&packages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_is_of_its_module),
        cmocka_unit_test(a_path_tells_the_package_of_a_type),
        cmocka_unit_test(files_tell_without_build_information),
        cmocka_unit_test(damaged_build_information_is_no_harm),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    gt_arena_deinit(&names);
    return failed;
}
