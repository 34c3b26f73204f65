/* C programs that crash at the end of a chain of calls: the walk of their cores, compared with
 * their symbols. If the kernel writes no core into the working directory, everything is skipped. */
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/binary.h"
#include "inspector/unwind/native.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* five() ends the process by its own fault, or by abort() in a handler on another stack. */
static const char source[] =
    "#include <signal.h>\n"
    "#include <stdlib.h>\n"
    "#define FAR __attribute__((noinline, noclone))\n"
    "volatile int *nowhere, one_more = 1;\n"
    "FAR int five(int n) { return *nowhere + n; }\n"
    "FAR int four(int n) { volatile char pad[300]; pad[n] = 1; return five(n) + pad[n]; }\n"
    "FAR int three(int n) { return four(n + one_more) + n; }\n"
    "FAR int two(int n) { int *pad = __builtin_alloca(n * 16); pad[0] = n; return three(*pad) + "
    "n; }\n"
    "FAR int one(int n) { return two(n + one_more) + one_more; }\n"
    "FAR void handler(int number) { if (number) abort(); }\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    static char stack[65536];\n"
    "    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};\n"
    "    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};\n"
    "    if (argc > 1) sigaltstack(&own, 0), sigaction(SIGSEGV, &action, 0);\n"
    "    return one(argc) + (argv == 0);\n"
    "}\n";

enum {
    WITH_FILES = 0x37, /* coredump_filter: dump file-backed memory too */
    AS_USUAL = 0x33,
};

/* Where the kernel writes cores, if that is not the working directory; else NULL. */
static const char *no_cores(void)
{
    static char pattern[256];
    FILE *in = fopen("/proc/sys/kernel/core_pattern", "r");

    if (!in || !fgets(pattern, sizeof pattern, in)) strcpy(pattern, "|unknown");
    if (in) fclose(in);
    return pattern[0] == '|' || strchr(pattern, '/') ? pattern : NULL;
}

struct crash {
    char dir[40];
    struct gt_core *core;
    struct gt_binary *binary;
    const struct gt_thread *thread;
    struct gt_native_frame frames[32];
    size_t count;
    const char *why;
};

static void build(struct crash *crash, const char *flags)
{
    strcpy(crash->dir, "/tmp/gotopsy-unwind-XXXXXX");
    assert_non_null(mkdtemp(crash->dir));
    char *path = gt_format("%s/chain.c", crash->dir);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(source, out);
    assert_int_equal(fclose(out), 0);
    char *command = gt_format("cd %s && ${CC:-cc} -g -O1 -fno-omit-frame-pointer "
                              "-Wl,--build-id %s chain.c -o chain",
                              crash->dir, flags);
    assert_int_equal(system(command), 0);
    gt_free(command);
    gt_free(path);
}

static void become_chain(const struct crash *crash, unsigned filter, const char *argument)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    FILE *out = fopen("/proc/self/coredump_filter", "w");

    if (!out || fprintf(out, "%#x", filter) < 0 || fclose(out) != 0) _exit(1);
    if (setrlimit(RLIMIT_CORE, &all) != 0 || chdir(crash->dir) != 0) _exit(1);
    execl("./chain", "chain", argument, (char *)NULL);
    _exit(1);
}

/* Runs the program to its end; false, and the test is skipped, if that left no core. */
static bool run(struct crash *crash, unsigned filter, const char *argument)
{
    glob_t found;
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) become_chain(crash, filter, argument);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    char *pattern = gt_format("%s/*core*", crash->dir);
    bool have = WCOREDUMP(status) && glob(pattern, 0, NULL, &found) == 0;
    gt_free(pattern);
    if (!have) return false;
    struct gt_error *error = gt_core_open(found.gl_pathv[0], NULL, &crash->core);
    assert_null(error);
    globfree(&found);
    return true;
}

static void find_binary(struct crash *crash)
{
    char *path = gt_format("%s/chain", crash->dir);
    const char *paths[] = {path, NULL};

    assert_null(gt_binary_find(crash->core, paths, false, &crash->binary));
    gt_free(path);
}

static void crash_deinit(struct crash *crash)
{
    char *command = gt_format("rm -rf %s", crash->dir);

    gt_core_close(crash->core);
    gt_binary_close(crash->binary);
    assert_int_equal(system(command), 0);
    gt_free(command);
}

static void crash_init(struct crash *crash, const char *flags, unsigned filter,
                       const char *argument)
{
    size_t threads;
    const char *pattern = no_cores();

    *crash = (struct crash){0};
    if (pattern) {
        print_message("the kernel's core_pattern is %s", pattern);
        skip();
    }
    build(crash, flags);
    if (!run(crash, filter, argument)) {
        print_message("the kernel wrote no core\n");
        crash_deinit(crash);
        skip();
    }
    crash->thread = gt_core_threads(crash->core, &threads);
    assert_int_equal(threads, 1);
}

static void walk(struct crash *crash)
{
    size_t max = sizeof crash->frames / sizeof *crash->frames;

    crash->why = "not set";
    crash->count = gt_native_unwind(crash->core, crash->thread, crash->frames, max, &crash->why);
}

static bool is_in(const struct crash *crash, const struct gt_native_frame *frame, const char *name)
{
    uint64_t addr, size;

    assert_true(gt_binary_symbol(crash->binary, name, &addr, &size));
    return frame->pc - (frame->interrupted ? 0 : 1) - addr < size;
}

/* Checks the chain, from the frame of five() on; returns how many frames it has. */
static size_t assert_chain(const struct crash *crash, size_t from)
{
    static const char *const names[] = {"five", "four", "three", "two", "one", "main"};
    size_t count = sizeof names / sizeof *names;

    assert_true(from + count <= crash->count);
    for (size_t i = 0; i < count; i++) {
        assert_true(is_in(crash, &crash->frames[from + i], names[i]));
        assert_true(crash->frames[from + i].cfa > crash->frames[from + i].sp);
        assert_int_equal(crash->frames[from + i].interrupted, i == 0);
    }
    return count;
}

static void assert_linked(const struct crash *crash)
{
    for (size_t i = 0; i + 1 < crash->count; i++)
        assert_int_equal(crash->frames[i].cfa, crash->frames[i + 1].sp);
}

static void a_static_program_is_walked_by_its_binary(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "-static", AS_USUAL, NULL);
    find_binary(&crash);
    walk(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_null(crash.why);
    assert_true(crash.count > count);
    assert_true(is_in(&crash, &crash.frames[crash.count - 1], "_start"));
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void without_a_binary_a_walk_ends_early(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", AS_USUAL, NULL);
    walk(&crash);
    assert_int_equal(crash.count, 1);
    assert_int_equal(crash.frames[0].pc, crash.thread->pc);
    assert_int_equal(crash.frames[0].sp, crash.thread->sp);
    assert_int_equal(crash.frames[0].cfa, 0);
    assert_string_equal(crash.why, "no unwind information in the core");
    crash_deinit(&crash);
}

static void a_library_without_unwind_information_ends_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", AS_USUAL, NULL);
    find_binary(&crash);
    walk(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_int_equal(crash.count, count + 1); /* libc's, which called main() */
    assert_string_equal(crash.why, "no unwind information in the core");
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void check_whole(const char *flags)
{
    struct crash crash;

    crash_init(&crash, flags, WITH_FILES, NULL);
    walk(&crash); /* everything is in the core */
    find_binary(&crash);
    size_t count = assert_chain(&crash, 0);
    assert_null(crash.why);
    assert_true(crash.count > count + 1);
    assert_true(is_in(&crash, &crash.frames[crash.count - 1], "_start"));
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void a_stack_is_walked_whole(void **state)
{
    (void)state;
    check_whole("");
}

static void a_program_without_pie_and_frame_pointers_is_walked(void **state)
{
    (void)state;
    check_whole("-no-pie -O2 -fomit-frame-pointer");
}

/* abort() in libc, the handler, the trampoline, and on the other stack the chain. */
static void a_signal_on_its_own_stack_leads_back(void **state)
{
    struct crash crash;
    size_t handler = 0;

    (void)state;
    crash_init(&crash, "", WITH_FILES, "own stack");
    walk(&crash);
    find_binary(&crash);
    while (handler < crash.count && !is_in(&crash, &crash.frames[handler], "handler"))
        handler++;
    assert_true(handler > 0 && handler + 2 < crash.count);
    assert_chain(&crash, handler + 2);
    assert_null(crash.why);
    assert_linked(&crash);
    crash_deinit(&crash);
}

static void no_more_frames_than_asked_for_are_told(void **state)
{
    struct crash crash;
    struct gt_native_frame frames[3] = {{0}, {0}, {.pc = 42}};
    const char *why;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    walk(&crash);
    assert_int_equal(gt_native_unwind(crash.core, crash.thread, frames, 2, &why), 2);
    assert_string_equal(why, "there are more frames than were asked for");
    assert_int_equal(frames[1].pc, crash.frames[1].pc);
    assert_int_equal(frames[1].cfa, crash.frames[1].cfa);
    assert_int_equal(frames[2].pc, 42);
    assert_int_equal(gt_native_unwind(crash.core, crash.thread, frames, 0, &why), 0);
    assert_non_null(why);
    crash_deinit(&crash);
}

static void damaged_registers_end_the_walk(void **state)
{
    struct crash crash;
    struct gt_thread thread;
    struct gt_native_frame frames[8];
    const char *why;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    thread = *crash.thread;
    thread.pc = 8;
    assert_int_equal(gt_native_unwind(crash.core, &thread, frames, 8, &why), 1);
    assert_string_equal(why, "the code lies in no mapped file");
    thread = *crash.thread;
    thread.sp = 0x1000, thread.regs[4] = 0x1000; /* rbp */
    assert_int_equal(gt_native_unwind(crash.core, &thread, frames, 8, &why), 1);
    assert_string_equal(why, "the stack is not in the core");
    thread = *crash.thread;
    thread.reg_count = 0;
    assert_true(gt_native_unwind(crash.core, &thread, frames, 8, &why) >= 1);
    assert_string_equal(why, "the unwind information is damaged");
    crash_deinit(&crash);
}

/* The core's own bytes of a section, made writable: the mapping is private to this process. */
static unsigned char *open_section(const struct crash *crash, const char *name, uint64_t *size)
{
    const struct gt_section *section = gt_binary_section(crash->binary, name);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

    assert_non_null(section);
    *size = section->size;
    unsigned char *bytes = (unsigned char *)gt_mem_at(
        gt_core_memory(crash->core), section->addr + gt_binary_bias(crash->binary), section->size);
    assert_non_null(bytes);
    uintptr_t start = (uintptr_t)bytes / page * page;
    assert_int_equal(
        mprotect((void *)start, (uintptr_t)bytes + *size - start, PROT_READ | PROT_WRITE), 0);
    return bytes;
}

/* Without a table, records are followed from the first one on: here with every wrong length. */
static void a_damaged_first_record_ends_the_walk(void **state)
{
    struct crash crash;
    uint64_t size;
    uint32_t usual;

    (void)state;
    crash_init(&crash, "-static", WITH_FILES, NULL);
    find_binary(&crash);
    unsigned char *bytes = open_section(&crash, ".eh_frame", &size);
    memcpy(&usual, bytes, sizeof usual);
    for (uint32_t length = UINT32_MAX; length != 200; length++) {
        memcpy(bytes, &length, sizeof length);
        walk(&crash);
        if (crash.count == 1) assert_string_equal(crash.why, "the code has no unwind information");
    }
    memcpy(bytes, &usual, sizeof usual);
    walk(&crash);
    assert_chain(&crash, 0);
    crash_deinit(&crash);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* The walk ends, stays in bounds, and is plausible, whatever the section contains. */
static void damage(struct crash *crash, const char *name, unsigned rounds)
{
    static const unsigned char likely[] = {0x00, 0xff, 0x80, 0x09, 0x0f, 0x10, 0x16, 0x2f, 0x1b};
    uint64_t size;
    uint32_t seed = 7;
    unsigned char *bytes = open_section(crash, name, &size), *copy = gt_alloc(size);

    memcpy(copy, bytes, size);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = next_random(&seed) % 6; i < 6; i++)
            bytes[next_random(&seed) % size] = round % 2
                                                   ? likely[next_random(&seed) % sizeof likely]
                                                   : (unsigned char)next_random(&seed);
        walk(crash);
        assert_true(crash->count >= 1);
        for (size_t i = 0; i + 1 < crash->count; i++)
            assert_int_equal(crash->frames[i].cfa, crash->frames[i + 1].sp);
        if (round % 8 == 7) memcpy(bytes, copy, size);
    }
    memcpy(bytes, copy, size);
    gt_free(copy);
}

static void damaged_tables_end_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "", WITH_FILES, "own stack");
    find_binary(&crash);
    damage(&crash, ".eh_frame_hdr", 2000);
    damage(&crash, ".eh_frame", 10000);
    walk(&crash);
    assert_null(crash.why);
    crash_deinit(&crash);
}

static void damaged_records_end_the_walk(void **state)
{
    struct crash crash;

    (void)state;
    crash_init(&crash, "-static", WITH_FILES, "own stack");
    find_binary(&crash);
    damage(&crash, ".eh_frame", 400);
    crash_deinit(&crash);
}

/* Replaces every `from` by `to`; returns how many. */
static unsigned rewrite(unsigned char *bytes, uint64_t size, const char *from, const char *to,
                        size_t length)
{
    unsigned done = 0;

    for (uint64_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, from, length) == 0) {
            memcpy(bytes + i, to, length);
            done++;
        }
    return done;
}

/* What libunwind would trust: the CIE's usual "column 16; def_cfa rsp 8; offset rip 1". */
static void hostile_tables_are_not_believed(void **state)
{
    enum { LENGTH = 8 };
    static const char usual[] = "\x10\x01\x1b\x0c\x07\x08\x90\x01";
    static const char *const hostile[] = {
        "\x7f\x01\x1b\x0c\x07\x08\x90\x01", /* the return address is in column 127 */
        "\x10\x01\x1b\x09\x07\xff\xff\x7f", /* a register is in register 2097151 */
        "\x10\x01\x1b\x00\x00\x00\x90\x01", /* no CFA */
        "\x10\x01\x1b\x0f\x02\x1b\x1b\x00", /* a CFA that divides */
        "\x10\x01\x1b\x0f\x03\x2f\xfd\xff", /* a CFA that jumps back for ever */
        "\x10\x01\x1b\x3f\x07\x08\x90\x01", /* no instruction */
    };
    struct crash crash;
    uint64_t size;

    (void)state;
    crash_init(&crash, "", WITH_FILES, NULL);
    find_binary(&crash);
    unsigned char *bytes = open_section(&crash, ".eh_frame", &size), *copy = gt_alloc(size);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        assert_true(rewrite(bytes, size, usual, hostile[i], LENGTH) > 0);
        walk(&crash);
        assert_int_equal(crash.count, 1);
        assert_string_equal(crash.why, "the unwind information is damaged");
        memcpy(bytes, copy, size);
    }
    walk(&crash);
    assert_chain(&crash, 0);
    gt_free(copy);
    crash_deinit(&crash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_static_program_is_walked_by_its_binary),
        cmocka_unit_test(without_a_binary_a_walk_ends_early),
        cmocka_unit_test(a_library_without_unwind_information_ends_the_walk),
        cmocka_unit_test(a_stack_is_walked_whole),
        cmocka_unit_test(a_program_without_pie_and_frame_pointers_is_walked),
        cmocka_unit_test(a_signal_on_its_own_stack_leads_back),
        cmocka_unit_test(no_more_frames_than_asked_for_are_told),
        cmocka_unit_test(damaged_registers_end_the_walk),
        cmocka_unit_test(damaged_tables_end_the_walk),
        cmocka_unit_test(damaged_records_end_the_walk),
        cmocka_unit_test(a_damaged_first_record_ends_the_walk),
        cmocka_unit_test(hostile_tables_are_not_believed),
    };
    return cmocka_run_group_tests_name("unwind/native", tests, NULL, NULL);
}
