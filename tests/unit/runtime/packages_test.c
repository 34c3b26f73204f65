/* Whose code a function is, and how its file is named, by the build information. */
#include "inspector/runtime/packages.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char build_info[] = "path\texample.com/app/cmd/server\n"
                                 "mod\texample.com/app\t(devel)\t\n"
                                 "dep\tgithub.com/x/y\tv1.2.0\th1:abc=\n";

struct fixture {
    struct gt_packages packages;
    struct gt_arena names;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    gt_packages_init(&fixture.packages, &fixture.names, build_info);
    fixture.packages.library = "/usr/lib/go/src/";
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    gt_packages_deinit(&fixture->packages);
    gt_arena_free(&fixture->names);
    return 0;
}

static void test_origins(void **state)
{
    static const struct {
        const char *function, *file;
        enum gt_origin origin;
    } rows[] = {
        {"main.main", "/src/app/cmd/server/main.go", GT_ORIGIN_PROGRAM},
        {"example.com/app/fetch.(*pool).get", "/src/app/fetch/pool.go", GT_ORIGIN_PROGRAM},
        {"example.com/application.Run", "/src/x/run.go", GT_ORIGIN_PROGRAM},
        {"github.com/x/y/z.Do[go.shape.int]", "/mod/y@v1.2.0/z/do.go", GT_ORIGIN_DEPENDENCY},
        {"runtime.gopark", "/usr/lib/go/src/runtime/proc.go", GT_ORIGIN_LIBRARY},
        {"runtime.evil/x.Run", "/src/app/vendor/x.go", GT_ORIGIN_PROGRAM},
        {"main.main", NULL, GT_ORIGIN_UNKNOWN},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gt_origin_of(&fixture->packages, rows[i].function, rows[i].file),
                         rows[i].origin);
}

static void test_sources(void **state)
{
    static const struct {
        const char *function, *file, *source;
    } rows[] = {
        {"main.main", "/src/app/cmd/server/main.go", "cmd/server/main.go"},
        {"example.com/app.Run", "/src/app/run.go", "run.go"},
        {"example.com/app/fetch.(*pool).get", "/src/app/fetch/pool.go", "fetch/pool.go"},
        {"github.com/x/y/z.Do", "/mod/y@v1.2.0/z/do.go", "github.com/x/y@v1.2.0/z/do.go"},
        {"net/http.(*conn).serve", "/usr/lib/go/src/net/http/server.go", "net/http/server.go"},
        {"sync.runtime_notifyListWait", "/usr/lib/go/src/runtime/sema.go", "runtime/sema.go"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            gt_source_of(&fixture->packages, rows[i].function, rows[i].file, &fixture->names),
            rows[i].source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_origins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sources, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
