/*
 * Memory runs out while a whole program is opened and analysed. Each call returns an error or the
 * complete result, never less, and nothing is leaked (the sanitizers' build sees leaks).
 *
 * Only so many allocations of a call are tried that the test takes seconds; GOTOPSY_ALL=1 tries
 * each of them. every_allocation_test.c tries each allocation for a small process.
 */
#include "tests/unit/api/entry_points.h"
#include "tests/unit/api/failing_allocator.h"

#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum { TRIALS = 40 };

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

/* Unpacking takes most of the time of opening, so the other trials open a core that was unpacked
 * once. */
static char core_path[] = "/tmp/memory_test.core.XXXXXX",
            exe_path[] = "/tmp/memory_test.exe.XXXXXX",
            cache_path[] = "/tmp/memory_test.cache.XXXXXX";

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
    start_a_thread();
    unpack("corefiles/demo/demo.core.zst", core_path);
    unpack("corefiles/demo/demo.zst", exe_path);
    return mkdtemp(cache_path) ? 0 : -1;
}

static int empty_cache(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -f %s/*", cache_path);
    return system(command);
}

static int remove_demo(void **state)
{
    (void)state;
    return empty_cache() | rmdir(cache_path) | unlink(core_path) | unlink(exe_path);
}

static struct gt_error *open_demo(bool packed, bool keeps, struct gt_analysis **analysis)
{
    const char *exe[] = {exe_path, NULL};
    const struct gt_core_options options = {.size = sizeof options,
                                            .core_path =
                                                packed ? "corefiles/demo/demo.core.zst" : core_path,
                                            .exe_paths = packed ? NULL : exe,
                                            .cache_path = keeps ? cache_path : NULL};

    return gt_open(&options, analysis);
}

/* ---- trying ---------------------------------------------------------------------------------- */

/* An allocation while opening, if `opening`; else one after that. If it keeps layouts, any at all,
 * those of closing included. */
struct trial {
    const struct entry_point *entry;
    bool opening, for_good;
    enum { KEEPS_NOTHING, KEEPS_ANEW, KEEPS_AGAIN } keeps;
    size_t which; /* 0: none fails */
    struct output output;
};

/* If memory runs out, libdwarf's handle stays open, since closing it would free twice
 * (libdwarf_compat.c). */
SEEN_BY_ALL const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdwarf\n";
}

static struct gt_error *document(const struct trial *trial, struct gt_analysis *analysis)
{
    const struct entry_point *entry = trial->entry;
    void *made = NULL;
    struct gt_error *error = entry->make(analysis, &made);

    for (int format = 0; format < GT_FORMATS && !error; format++)
        if (gt_format_has(format, entry->document))
            error = entry->write(made, format, trial->output.file);
    entry->destroy(made);
    return error;
}

static struct gt_error *run(struct trial *trial)
{
    struct gt_analysis *analysis = NULL;

    open_output(&trial->output);
    if (trial->keeps == KEEPS_ANEW) empty_cache();
    if (trial->opening || trial->keeps) begin(trial->which, trial->for_good);
    struct gt_error *error = open_demo(trial->opening, trial->keeps, &analysis);
    if (trial->opening)
        end();
    else if (!trial->keeps)
        begin(trial->which, trial->for_good);
    if (!error) error = document(trial, analysis);
    if (!trial->keeps) end();
    gt_close(analysis);
    end();
    fclose(trial->output.file);
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

static void try_all(const struct trial *of)
{
    static struct trial whole, trial;

    whole = trial = *of;
    assert_null(run(&whole));
    size_t count = allocator.count, step = step_for(count);
    if (getenv("GOTOPSY_ALL")) print_message("%zu allocations\n", count);
    for (size_t i = 1; i <= count; i += step) {
        trial.which = i;
        trial.for_good = step > 1 ? i / step % 4 == 3 : false;
        try_one(&trial, &whole);
    }
}

static void a_failed_allocation_while_opening_is_an_error(void **state)
{
    (void)state;
    try_all(&(struct trial){.entry = &entry_points[THREADS], .opening = true});
}

static void a_failed_allocation_of_what_is_kept_is_an_error_or_nothing(void **state)
{
    (void)state;
    try_all(&(struct trial){.entry = &entry_points[THREADS], .keeps = KEEPS_ANEW});
    try_all(&(struct trial){.entry = &entry_points[THREADS], .keeps = KEEPS_AGAIN});
}

static void of(void **state)
{
    try_all(&(struct trial){.entry = *state});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_while_opening_is_an_error),
        cmocka_unit_test(a_failed_allocation_of_what_is_kept_is_an_error_or_nothing),
        {"report", of, NULL, NULL, &entry_points[A_REPORT]},
        {"goroutines", of, NULL, NULL, &entry_points[GOROUTINES]},
        {"threads", of, NULL, NULL, &entry_points[THREADS]},
        {"waits", of, NULL, NULL, &entry_points[WAITS]},
        {"object", of, NULL, NULL, &entry_points[AN_OBJECT]},
        {"heap", of, NULL, NULL, &entry_points[HEAP]},
        {"check", of, NULL, NULL, &entry_points[A_CHECK]},
        {"global", of, NULL, NULL, &entry_points[GLOBAL]},
    };

    return cmocka_run_group_tests_name("memory that runs out", tests, unpack_demo, remove_demo);
}
