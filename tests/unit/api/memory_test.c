/*
 * Memory runs out at every place in turn: each call is an error or all that it should be, never
 * less, and nothing is left behind (which the sanitizers' build sees).
 *
 * This program's malloc() is everybody's, the other libraries' too. Of the allocations of a call so
 * many are tried that the test takes seconds; GOTOPSY_ALL=1 tries each of them.
 */
#include "gotopsy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

enum { TRIALS = 40, OUTPUT = 1 << 20 };

/* ---- an allocator that fails ----------------------------------------------------------------- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t count, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *old, size_t size);

static struct {
    bool on, for_good; /* from the one that fails on, all do */
    size_t count, fails;
} allocator;

static bool fails(void)
{
    if (!allocator.on) return false;
    size_t number = ++allocator.count;
    bool now = number == allocator.fails ||
               (allocator.for_good && allocator.fails && number > allocator.fails);
    if (now) errno = ENOMEM;
    return now;
}

void *malloc(size_t size)
{
    if (fails()) return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (fails()) return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    if (fails()) return NULL;
    return __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}

static void begin(size_t which, bool for_good)
{
    allocator.count = 0;
    allocator.fails = which;
    allocator.for_good = for_good;
    allocator.on = true;
}

static void end(void)
{
    allocator.on = false;
}

/* ---- an output that takes no memory -----------------------------------------------------------
 */

struct output {
    FILE *file;
    size_t size;
    char bytes[OUTPUT], buffer[BUFSIZ];
};

static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    struct output *output = cookie;

    assert_true(output->size + size <= OUTPUT);
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return (ssize_t)size;
}

static void open_output(struct output *output)
{
    const cookie_io_functions_t functions = {.write = take};

    output->size = 0;
    output->file = fopencookie(output, "w", functions);
    assert_non_null(output->file);
    setvbuf(output->file, output->buffer, _IOFBF, sizeof output->buffer);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

/* ---- what is tried ------------------------------------------------------------------------- */

/* Opening takes much of its time to unpack: the rest opens what was unpacked once. */
static char core_path[] = "/tmp/memory_test.core.XXXXXX",
            exe_path[] = "/tmp/memory_test.exe.XXXXXX";

static void unpack(const char *from, char *path)
{
    size_t size, room;
    char *packed = read_file(from, &size);
    int file = mkstemp(path);

    room = (size_t)ZSTD_getFrameContentSize(packed, size);
    char *bytes = malloc(room);
    assert_int_equal(ZSTD_decompress(bytes, room, packed, size), room);
    assert_int_equal(write(file, bytes, room), room);
    close(file);
    free(bytes);
    free(packed);
}

static int unpack_demo(void **state)
{
    (void)state;
    unpack("corefiles/demo/demo.core.zst", core_path);
    unpack("corefiles/demo/demo.zst", exe_path);
    return 0;
}

static int remove_demo(void **state)
{
    (void)state;
    return unlink(core_path) | unlink(exe_path);
}

static struct gt_error *open_demo(bool packed, struct gt_analysis **analysis)
{
    const char *exe[] = {exe_path, NULL};
    const struct gt_core_options options = {.size = sizeof options,
                                            .core_path =
                                                packed ? "corefiles/demo/demo.core.zst" : core_path,
                                            .exe_paths = packed ? NULL : exe};

    return gt_open(&options, analysis);
}

typedef struct gt_error *make_fn(struct gt_analysis *analysis, FILE *to);

static struct gt_error *write_report(const struct gt_report *report, FILE *to)
{
    static const enum gt_format formats[] = {GT_FORMAT_TEXT, GT_FORMAT_JSON, GT_FORMAT_MARKDOWN};
    struct gt_error *error = NULL;

    for (size_t i = 0; i < sizeof formats / sizeof *formats && !error; i++)
        error = gt_report_write(report, formats[i], NULL, to);
    return error;
}

static struct gt_error *report(struct gt_analysis *analysis, FILE *to)
{
    const struct gt_report_options options = {.size = sizeof options, .min_bytes = 1};
    struct gt_report *made = NULL;
    struct gt_error *error = gt_report_create(analysis, &options, &made);

    if (!error) error = write_report(made, to);
    gt_report_destroy(made);
    return error;
}

static struct gt_error *write_goroutines(const struct gt_report *report, FILE *to)
{
    static const enum gt_format formats[] = {GT_FORMAT_TEXT, GT_FORMAT_JSON, GT_FORMAT_TRACEBACK,
                                             GT_FORMAT_PPROF};
    struct gt_error *error = NULL;

    for (size_t i = 0; i < sizeof formats / sizeof *formats && !error; i++)
        error = gt_goroutines_write(report, formats[i], NULL, to);
    return error;
}

static struct gt_error *goroutines(struct gt_analysis *analysis, FILE *to)
{
    const struct gt_report_options options = {
        .size = sizeof options, .retained = true, .arguments = true, .by_labels = true};
    struct gt_report *made = NULL;
    struct gt_error *error = gt_report_create_goroutines(analysis, &options, &made);

    if (!error) error = write_goroutines(made, to);
    gt_report_destroy(made);
    return error;
}

static struct gt_error *threads(struct gt_analysis *analysis, FILE *to)
{
    struct gt_report *made = NULL;
    struct gt_error *error = gt_report_create_threads(analysis, NULL, &made);

    if (!error) error = gt_threads_write(made, GT_FORMAT_TEXT, NULL, to);
    if (!error) error = gt_threads_write(made, GT_FORMAT_JSON, NULL, to);
    gt_report_destroy(made);
    return error;
}

static struct gt_error *write_waits(const struct gt_wait_graph *graph, FILE *to)
{
    static const enum gt_format formats[] = {GT_FORMAT_TEXT, GT_FORMAT_JSON, GT_FORMAT_DOT};
    struct gt_error *error = NULL;

    for (size_t i = 0; i < sizeof formats / sizeof *formats && !error; i++)
        error = gt_wait_graph_write(graph, formats[i], NULL, to);
    return error;
}

static struct gt_error *waits(struct gt_analysis *analysis, FILE *to)
{
    struct gt_wait_graph *made = NULL;
    struct gt_error *error = gt_wait_graph_create(analysis, NULL, &made);

    if (!error) error = write_waits(made, to);
    gt_wait_graph_destroy(made);
    return error;
}

static struct gt_error *check(struct gt_analysis *analysis, FILE *to)
{
    struct gt_check *made = NULL;
    struct gt_error *error = gt_check_create(analysis, NULL, &made);

    if (!error) error = gt_check_write(made, GT_FORMAT_TEXT, NULL, to);
    if (!error) error = gt_check_write(made, GT_FORMAT_JSON, NULL, to);
    gt_check_destroy(made);
    return error;
}

/* ---- trying ---------------------------------------------------------------------------------- */

/* An allocation of opening, when `opening`; else of what comes after it. */
struct trial {
    make_fn *make;
    bool opening, for_good;
    size_t which; /* 0: none fails */
    struct output output;
};

/* What libdwarf frees twice when it runs out of memory stays allocated (libdwarf_compat.c). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdwarf\n";
}

static struct gt_error *run(struct trial *trial)
{
    struct gt_analysis *analysis = NULL;

    open_output(&trial->output);
    if (trial->opening) begin(trial->which, trial->for_good);
    struct gt_error *error = open_demo(trial->opening, &analysis);
    if (trial->opening)
        end();
    else
        begin(trial->which, trial->for_good);
    if (!error) error = trial->make(analysis, trial->output.file);
    end();
    fclose(trial->output.file);
    gt_close(analysis);
    return error;
}

static void try_one(struct trial *trial, const struct trial *whole)
{
    struct gt_error *error = run(trial);

    if (error) {
        if (gt_error_code(error) != GT_ERR_MEMORY)
            fail_msg("allocation %zu: %s", trial->which, gt_error_message(error));
        assert_int_equal(gt_error_errno(error), ENOMEM);
    } else if (trial->output.size != whole->output.size ||
               memcmp(trial->output.bytes, whole->output.bytes, whole->output.size) != 0) {
        fail_msg("allocation %zu: another document, of %zu bytes in the place of %zu", trial->which,
                 trial->output.size, whole->output.size);
    }
    gt_error_destroy(error);
}

static size_t step_for(size_t count)
{
    return getenv("GOTOPSY_ALL") || count <= TRIALS ? 1 : count / TRIALS;
}

static void try_all(make_fn *make, bool opening)
{
    static struct trial whole, trial;

    whole = (struct trial){.make = make, .opening = opening};
    trial = (struct trial){.make = make, .opening = opening};
    assert_null(run(&whole));
    size_t count = allocator.count, step = step_for(count);
    if (getenv("GOTOPSY_ALL")) print_message("%zu allocations\n", count);
    for (size_t i = 1; i <= count; i += step) {
        trial.which = i;
        trial.for_good = step > 1 ? i / step % 4 == 3 : false;
        try_one(&trial, &whole);
    }
}

static void opening(void **state)
{
    (void)state;
    try_all(threads, true);
}

static void a_report(void **state)
{
    (void)state;
    try_all(report, false);
}

static void a_list_of_goroutines(void **state)
{
    (void)state;
    try_all(goroutines, false);
}

static void a_list_of_threads(void **state)
{
    (void)state;
    try_all(threads, false);
}

static void a_wait_graph(void **state)
{
    (void)state;
    try_all(waits, false);
}

static void a_check(void **state)
{
    (void)state;
    try_all(check, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),

        cmocka_unit_test(a_report),          cmocka_unit_test(a_list_of_goroutines),
        cmocka_unit_test(a_list_of_threads), cmocka_unit_test(a_wait_graph),
        cmocka_unit_test(a_check),
    };

    return cmocka_run_group_tests_name("memory that runs out", tests, unpack_demo, remove_demo);
}
