/*
 * A C program that crashes at the end of a chain of calls, its core, and the walk of that, which is
 * compared with the program's symbols. If the kernel writes no core into the working directory, the
 * test is skipped.
 */
#ifndef CRASH_H
#define CRASH_H

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/binary.h"
#include "inspector/unwind/native.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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
static inline const char *no_cores(void)
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

static inline void build(struct crash *crash, const char *flags)
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

static inline void become_chain(const struct crash *crash, unsigned filter, const char *argument)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    FILE *out = fopen("/proc/self/coredump_filter", "w");

    if (!out || fprintf(out, "%#x", filter) < 0 || fclose(out) != 0) _exit(1);
    if (setrlimit(RLIMIT_CORE, &all) != 0 || chdir(crash->dir) != 0) _exit(1);
    execl("./chain", "chain", argument, (char *)NULL);
    _exit(1);
}

/* Runs the program to its end; false, and the test is skipped, if that left no core. */
static inline bool run(struct crash *crash, unsigned filter, const char *argument)
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

static inline void find_binary(struct crash *crash)
{
    char *path = gt_format("%s/chain", crash->dir);
    const char *paths[] = {path, NULL};

    assert_null(gt_binary_find(crash->core, paths, false, &crash->binary));
    gt_free(path);
}

static inline void crash_deinit(struct crash *crash)
{
    char *command = gt_format("rm -rf %s", crash->dir);

    gt_core_close(crash->core);
    gt_binary_close(crash->binary);
    assert_int_equal(system(command), 0);
    gt_free(command);
}

static inline void crash_init(struct crash *crash, const char *flags, unsigned filter,
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

static inline void walk(struct crash *crash)
{
    size_t max = sizeof crash->frames / sizeof *crash->frames;

    crash->why = "not set";
    crash->count = gt_native_unwind(crash->core, crash->thread, crash->frames, max, &crash->why);
}

static inline bool is_in(const struct crash *crash, const struct gt_native_frame *frame,
                         const char *name)
{
    uint64_t addr, size;

    assert_true(gt_binary_symbol(crash->binary, name, &addr, &size));
    return frame->pc - (frame->interrupted ? 0 : 1) - addr < size;
}

/* Checks the chain, from the frame of five() on; returns how many frames it has. */
static inline size_t assert_chain(const struct crash *crash, size_t from)
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

static inline void assert_linked(const struct crash *crash)
{
    for (size_t i = 0; i + 1 < crash->count; i++)
        assert_int_equal(crash->frames[i].cfa, crash->frames[i + 1].sp);
}

#endif
