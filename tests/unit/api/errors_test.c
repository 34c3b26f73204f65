/* What an error has beside its message: code, file, errno, address. */
#include "tests/unit/synth/synth_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const char GO[] = "go1.26.8";

static struct gt_error *open_with(const char *core, const char *exe)
{
    const char *const binaries[] = {exe, NULL};
    const struct gt_core_options options = {
        .size = sizeof options, .core_path = core, .exe_paths = exe ? binaries : NULL};
    struct gt_analysis *analysis = NULL;
    struct gt_error *error = gt_open(&options, &analysis);

    assert_non_null(error);
    assert_null(analysis);
    return error;
}

static void assert_carries(struct gt_error *error, enum gt_code code, const char *path, int number,
                           uint64_t address)
{
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), code);
    assert_int_equal(gt_error_errno(error), number);
    assert_int_equal(gt_error_address(error), address);
    if (path)
        assert_string_equal(gt_error_path(error), path);
    else
        assert_null(gt_error_path(error));
    gt_error_destroy(error);
}

/* ---- files --------------------------------------------------------------------------------- */

#define DEMO "corefiles/demo/demo.core.zst"

static void those_of_files_carry_the_file(void **state)
{
    static const struct {
        const char *core, *exe, *path;
        enum gt_code code;
        int number;
    } rows[] = {
        {"no/such/core", NULL, "no/such/core", GT_ERR_IO, ENOENT},
        {"README.md", NULL, "README.md", GT_ERR_FORMAT, 0},
        {"tests", NULL, "tests", GT_ERR_FORMAT, 0},
        {"/dev/null", NULL, "/dev/null", GT_ERR_FORMAT, 0},
        {"corefiles/demo/demo.zst", NULL, "corefiles/demo/demo.zst", GT_ERR_FORMAT, 0},
        {DEMO, "no/such/exe", "no/such/exe", GT_ERR_IO, ENOENT},
        {DEMO, "README.md", "README.md", GT_ERR_FORMAT, 0},
        {DEMO, DEMO, DEMO, GT_ERR_FORMAT, 0},
        {DEMO, "corefiles/spine/go1.24.13-amd64/demo.zst",
         "corefiles/spine/go1.24.13-amd64/demo.zst", GT_ERR_MISMATCH, 0},
        {DEMO, "corefiles/spine/go1.24.13-arm64/demo.zst",
         "corefiles/spine/go1.24.13-arm64/demo.zst", GT_ERR_MISMATCH, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_carries(open_with(rows[i].core, rows[i].exe), rows[i].code, rows[i].path,
                       rows[i].number, 0);
}

/* The core is in another folder than its binary. */
static void one_of_a_binary_that_is_missing_carries_the_core(void **state)
{
    char folder[] = "/tmp/errors_test.XXXXXX", target[4096];

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_non_null(realpath(DEMO, target));
    char *core = gt_format("%s/core", folder);
    assert_int_equal(symlink(target, core), 0);
    assert_carries(open_with(core, NULL), GT_ERR_MISSING, core, 0, 0);
    unlink(core);
    rmdir(folder);
    gt_free(core);
}

static void those_of_the_call_carry_no_file(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    const struct gt_wait_options options = {.size = sizeof options, .goroutine = 4711};
    struct gt_wait_graph *graph = NULL;

    assert_carries(gt_wait_graph_create(synth_open(synth), &options, &graph), GT_ERR_USAGE, NULL, 0,
                   0);
    assert_carries(gt_open(NULL, NULL), GT_ERR_USAGE, NULL, 0, 0);
}

/* ---- the target's memory ------------------------------------------------------------------- */

/* The fault is at `address`, and the error's file is the core. */
static void assert_is_at(struct synth *synth, struct gt_error *error, enum gt_code code,
                         uint64_t address)
{
    char path[40];

    snprintf(path, sizeof path, "/proc/self/fd/%d", synth->core);
    assert_carries(error, code, path, 0, address);
}

static uint64_t allgs_of(const struct synth *synth)
{
    return synth_symbol_at(synth, "runtime.allgs");
}

static void spoil_goroutines(struct synth *synth)
{
    synth_put_slice(synth, allgs_of(synth), 8, UINT64_MAX / 2);
}

static void spoil_spans(struct synth *synth)
{
    synth_put_slice(synth, synth->mheap + gt_off(&synth->layout, GT_F_mheap_allspans), 8,
                    UINT64_MAX / 2);
}

static uint64_t module_of(const struct synth *synth)
{
    return synth_symbol_at(synth, "runtime.firstmoduledata");
}

static void spoil_module(struct synth *synth)
{
    synth_set(synth, module_of(synth), GT_F_moduledata_text, UINT64_MAX);
}

static uint64_t functions_of(const struct synth *synth)
{
    return synth_field(synth, module_of(synth), GT_F_moduledata_pcHeader);
}

static void spoil_functions(struct synth *synth)
{
    synth_put(synth, functions_of(synth), 0);
}

static void those_of_what_opening_reads_carry_its_address(void **state)
{
    static const struct {
        void (*spoil)(struct synth *synth);
        uint64_t (*at)(const struct synth *synth);
    } rows[] = {
        {spoil_goroutines, allgs_of}, {spoil_module, module_of}, {spoil_functions, functions_of}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct synth *synth = synth_begin(state, GO);
        struct gt_analysis *analysis = NULL;
        synth_spoil(synth, rows[i].spoil);
        struct gt_error *error = synth_try_open(synth, &analysis);
        assert_is_at(synth, error, GT_ERR_FORMAT, rows[i].at(synth));
    }
}

static void one_of_the_heap_carries_its_address(void **state)
{
    struct synth *synth = synth_begin(state, GO);
    struct gt_report *report = NULL;

    synth_spoil(synth, spoil_spans);
    struct gt_error *error = gt_report_create(synth_open(synth), NULL, &report);
    assert_is_at(synth, error, GT_ERR_FORMAT, synth->mheap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_files_carry_the_file),
        cmocka_unit_test(one_of_a_binary_that_is_missing_carries_the_core),
        cmocka_unit_test_teardown(those_of_the_call_carry_no_file, synth_end),
        cmocka_unit_test_teardown(those_of_what_opening_reads_carry_its_address, synth_end),
        cmocka_unit_test_teardown(one_of_the_heap_carries_its_address, synth_end),
    };

    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
