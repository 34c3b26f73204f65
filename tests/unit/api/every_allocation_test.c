/*
 * Each allocation of each entry point fails once. The call returns an error or the complete result,
 * never less, and leaves no block and no file behind.
 *
 * The process is a synthetic one with something of every kind, but without debug information: a
 * global has no name there, which is an error (memory_test.c asks for one). The process is opened
 * once. Each trial is a child of the test's process, which starts from there, so that it takes a
 * millisecond. One of FOR_GOOD is tried a second time, with all later allocations failing too.
 * Under sanitizers, where a trial takes many milliseconds, one of SANITIZED is made.
 */
#include "tests/unit/api/entry_points.h"
#include "tests/unit/api/failing_allocator.h"
#include "tests/unit/synth/synth.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SANITIZED = 40, FOR_GOOD = 16, WHY = 200 };

/* ---- a process with something of every kind ------------------------------------------------- */

static const char GO[] = "go1.26.8";
#define SECOND UINT64_C(1000000000)

static void put_slice(struct synth *synth, uint64_t at, uint64_t array, uint64_t length,
                      uint64_t capacity)
{
    synth_put(synth, at, array);
    synth_put(synth, at + 8, length);
    synth_put(synth, at + 16, capacity);
}

/* A variable main.all, to an object with a string, two slices and an unsafe.Pointer. */
static void waste(struct synth *synth)
{
    enum { NAME = 0, DATA = 16, NODES = 40, ANY = 64, SIZE = 8192, BLOCK = 4096 };
    uint64_t node = synth_type_struct(synth, "main.node", 256, NULL, 0);
    const struct synth_type_field fields[] = {
        {"name", synth_type_string(synth), NAME},
        {"data", synth_type_slice(synth, "[]uint8", synth_type_byte(synth)), DATA},
        {"nodes",
         synth_type_slice(synth, "[]*main.node", synth_type_pointer(synth, "*main.node", node)),
         NODES},
        {"any", synth_type_unsafe_pointer(synth), ANY},
    };
    uint64_t all = synth_tiled(synth, SIZE, synth_type_struct(synth, "main.all", SIZE, fields, 4));
    uint64_t array = synth_object(synth, 64, "pppppppp");

    synth_global(synth, "main.all", all);
    put_slice(synth, all + DATA, synth_object(synth, BLOCK, NULL), 16, BLOCK);
    for (uint64_t i = 0; i < 8; i++)
        synth_put(synth, array + i * 8, synth_object(synth, 256, NULL));
    put_slice(synth, all + NODES, array + 16, 2, 2);
    synth_put(synth, all + NAME, synth_object(synth, BLOCK, NULL) + 100);
    synth_put(synth, all + NAME + 8, 20);
    synth_put(synth, all + ANY, synth_object(synth, BLOCK, NULL));
}

static void timers_and_finalizers(struct synth *synth)
{
    uint64_t one = synth_object(synth, 64, "p"), other = synth_object(synth, 64, "p");

    synth_build_with(synth, "asynctimerchan=1");
    synth_ticker(synth, SECOND);
    synth_after(synth);
    synth_after_func(synth, synth_closure(synth, "main.late", synth_object(synth, 512, NULL)));
    synth_put(synth, one, other);
    synth_put(synth, other, one);
    synth_finalizer(synth, one, synth_func(synth, "main.free"));
    synth_cleanup(synth, other, synth_func(synth, "main.free"), one);
}

/* Each has locked the mutex that the other waits for. */
static void deadlock(struct synth *synth)
{
    uint64_t mutexes[2];
    static const char *const names[] = {"main.one", "main.other"};

    synth_code(synth, "main.transfer", "sync.(*Mutex).Lock", "sync.(*Mutex).Lock",
               "sync.(*Mutex).Unlock");
    for (int i = 0; i < 2; i++) {
        mutexes[i] = synth_object(synth, 64, "......pp");
        synth_put(synth, mutexes[i], 1);
        synth_global(synth, names[i], mutexes[i]);
    }
    for (int i = 0; i < 2; i++) {
        struct synth_g *g = synth_go(synth, "main.transfer");
        synth_local(g, mutexes[i]);
        synth_local(g, mutexes[1 - i]);
        synth_wait_sync(g, SYNTH_MUTEX, mutexes[1 - i]);
    }
}

static void goroutines_that_block(struct synth *synth)
{
    uint64_t channels[] = {synth_channel(synth, 0), synth_channel(synth, 2)};
    struct synth_g *g;

    for (int i = 0; i < 3; i++) {
        g = synth_go(synth, "main.produce");
        uint64_t channel = synth_channel(synth, 0);
        synth_local(g, channel);
        synth_local(g, synth_object(synth, 1024, NULL));
        synth_wait_channel(g, SYNTH_SEND, channel);
    }
    synth_global(synth, "main.queue", channels[1]);
    synth_wait_select(synth_go(synth, "main.choose"), channels, 2, false);
    synth_wait_sync(synth_go(synth, "main.join"), SYNTH_WAIT_GROUP,
                    synth_object(synth, 64, "......pp"));
    synth_wait_sync(synth_go(synth, "main.signalled"), SYNTH_COND,
                    synth_object(synth, 64, "......pp"));
    synth_wait_coroutine(synth_go(synth, "main.pull"));
    synth_wait_sleep(synth_go(synth, "main.doze"));
    synth_wait_io(synth_go(synth, "main.read"), 7);
    synth_wait(synth_go(synth, "main.nothing"), SYNTH_SELECT_NONE);
    synth_wait(synth_go(synth, "runtime.gcBgMarkWorker"), SYNTH_GC_WORKER);
}

static void deferred_calls(struct synth *synth)
{
    struct synth_g *g = synth_go(synth, "main.serve");

    for (int i = 0; i < 12; i++)
        synth_defer(g, synth_closure(synth, "main.serve.func1", synth_object(synth, 1024, NULL)));
}

static struct synth *synth, *second;

static int make_process(void **state)
{
    (void)state;
    start_a_thread();
    synth = synth_new(GO);
    second = synth_new(GO);
    waste(second);
    second_analysis = synth_open(second);
    waste(synth);
    timers_and_finalizers(synth);
    deadlock(synth);
    goroutines_that_block(synth);
    deferred_calls(synth);
    return synth_open(synth) ? 0 : -1;
}

static int free_process(void **state)
{
    (void)state;
    synth_free(synth);
    synth_free(second);
    return 0;
}

/* ---- one call, in a child -------------------------------------------------------------------- */

enum stage { OPENING, MAKING, WRITING };

/* Memory that both processes share. */
struct trial {
    const struct entry_point *entry;
    enum stage stage;      /* whose allocations fail */
    enum gt_format format; /* of the document */
    void *made;            /* for WRITING */
    size_t which;          /* 0: none fails */
    bool for_good;
    size_t count;      /* of allocations */
    long blocks;       /* that are left */
    int file;          /* the lowest number that is free */
    size_t size;       /* of the document */
    char refusal[WHY]; /* the error, where the right answer is one */
    char why[WHY];     /* "" while nothing is wrong */
    char whole[OUTPUT];
};

static struct trial *trial;
static struct output output;

static struct gt_error *open_and_make(struct gt_analysis **analysis, void **made)
{
    struct gt_error *error = NULL;

    if (trial->stage == WRITING) return NULL;
    if (trial->stage == OPENING) error = synth_try_open(synth, analysis);
    if (trial->stage == OPENING) end();
    if (!error) error = trial->entry->make(*analysis, made);
    end();
    return error;
}

static struct gt_error *run(struct gt_analysis **analysis, void **made)
{
    open_output(&output);
    begin(trial->which, trial->for_good);
    struct gt_error *error = open_and_make(analysis, made);
    if (!error) error = trial->entry->write(*made, trial->format, output.file);
    end();
    fclose(output.file);
    return error;
}

static const char *judge(const struct gt_error *error)
{
    if (error && gt_error_code(error) != GT_ERR_MEMORY)
        return strcmp(gt_error_message(error), trial->refusal) == 0 ? "" : "another error";
    if (error && gt_error_errno(error) != ENOMEM) return "an error of memory without ENOMEM";
    if (error) return "";
    if (output.size != trial->size) return "a document of another size";
    if (*trial->refusal) return "no error";
    return memcmp(output.bytes, trial->whole, trial->size) ? "another document" : "";
}

static int first_free_file(void)
{
    int file = dup(0);

    close(file);
    return file;
}

static void keep_as_right(const struct gt_error *error)
{
    snprintf(trial->refusal, WHY, "%s", error ? gt_error_message(error) : "");
    trial->count = allocator.count;
    trial->size = output.size;
    memcpy(trial->whole, output.bytes, output.size);
}

static void keep_what_is_left(void)
{
    trial->blocks = allocator.blocks;
    trial->file = first_free_file();
}

static void judge_what_is_left(void)
{
    long more = allocator.blocks - trial->blocks;

    if (*trial->why) return;
    if (more > 0) snprintf(trial->why, WHY, "%ld blocks are left", more);
    if (first_free_file() > trial->file) snprintf(trial->why, WHY, "a file is left open");
}

static void child(void)
{
    struct gt_analysis *analysis = trial->stage == OPENING ? NULL : synth_open(synth);
    void *made = trial->made;
    struct gt_error *error = run(&analysis, &made);

    if (trial->which)
        snprintf(trial->why, WHY, "%s", judge(error));
    else
        keep_as_right(error);
    gt_error_destroy(error);
    trial->entry->destroy(made);
    gt_close(analysis);
    if (trial->which)
        judge_what_is_left();
    else
        keep_what_is_left();
}

static void fork_and_try(size_t which, bool for_good)
{
    int status;

    trial->which = which;
    trial->for_good = for_good;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        child();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status) fail_msg("allocation %zu: the process ended with %d", which, status);
    if (*trial->why) fail_msg("allocation %zu: %s", which, trial->why);
}

/* ---- every one ------------------------------------------------------------------------------- */

/* The process has no debug information, so "global" refuses every name; its document is a view, as
 * that of "show". */
static bool has_document(const struct entry_point *entry)
{
    return entry != &entry_points[GLOBAL];
}

/* Returns how many allocations the stage makes. A simple format takes none to be written in. */
static size_t try_all(const struct entry_point *entry, enum stage stage, enum gt_format format)
{
    size_t step = __interceptor_malloc ? SANITIZED : 1;

    trial->entry = entry;
    trial->stage = stage;
    trial->format = format;
    fork_and_try(0, false);
    assert_int_equal(*trial->refusal != '\0', !has_document(entry));
    for (size_t i = 1; i <= trial->count; i += step)
        fork_and_try(i, false);
    for (size_t i = 1; i <= trial->count; i += step * FOR_GOOD)
        fork_and_try(i, true);
    return trial->count;
}

static void a_failed_allocation_while_opening_is_an_error(void **state)
{
    (void)state;
    assert_true(try_all(&entry_points[THREADS], OPENING, GT_FORMAT_JSON) > 0);
}

static void making(void **state)
{
    assert_true(try_all(*state, MAKING, GT_FORMAT_JSON) > 0);
}

static void writing(void **state)
{
    const struct entry_point *entry = *state;
    size_t count = 0;

    trial->made = NULL;
    assert_null(entry->make(synth_open(synth), &trial->made));
    for (int format = 0; format < GT_FORMATS; format++)
        if (gt_format_has(format, entry->document)) count += try_all(entry, WRITING, format);
    assert_true(count > 0 || entry->document == GT_DOCUMENTS);
    entry->destroy(trial->made);
    trial->made = NULL;
}

int main(void)
{
    struct CMUnitTest tests[2 * ENTRY_POINTS] = {
        cmocka_unit_test(a_failed_allocation_while_opening_is_an_error)};
    char names[2 * ENTRY_POINTS][40];
    size_t count = 1;

    for (size_t i = 0; i < 2 * ENTRY_POINTS; i++) {
        struct entry_point *entry = &entry_points[i / 2];
        if (i % 2 && !has_document(entry)) continue;
        snprintf(names[i], sizeof names[i], "%s: %s", i % 2 ? "writing" : "making", entry->name);
        tests[count++] = (struct CMUnitTest){names[i], i % 2 ? writing : making, NULL, NULL, entry};
    }
    trial = mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (trial == MAP_FAILED || count != sizeof tests / sizeof *tests) return 1;
    return cmocka_run_group_tests_name("every allocation fails", tests, make_process, free_process);
}
