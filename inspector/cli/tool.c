/* Prepares the process, then parses and runs the command line in one call. An error becomes a line
 * on standard error and an exit status. */
#include "inspector/cli/tool.h"

#include "inspector/base/call.h"
#include "inspector/cli/command_line.h"
#include "inspector/cli/commands.h"
#include "inspector/cli/complaint.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static int fail(struct gt_error *error)
{
    bool usage = gt_error_code(error) == GT_ERR_USAGE;
    const char *message = gt_error_message(error);
    bool asks = *message && message[strlen(message) - 1] == '?';

    gt_complain(message, !usage ? "" : asks ? " See gotopsy --help" : "; see gotopsy --help");
    gt_error_destroy(error);
    return usage ? GT_WRONG : GT_UNABLE;
}

/* Threads may come upon the cut end of a file at the same time. The first says so and ends the
 * program. The others wait for that end. */
static void wait_unless_first(void)
{
    static atomic_flag taken = ATOMIC_FLAG_INIT;

    while (atomic_flag_test_and_set(&taken))
        pause();
}

/* It does only what a signal handler may do. A SIGBUS with another code is a fault of this
 * program. */
static void end_by_short_file(int number, siginfo_t *info, void *context)
{
    static const char line[] =
        "gotopsy: expected a file that stays as it is, found one that became "
        "shorter while it was read; copy the core and the binary first\n";

    (void)context;
    if (info->si_code != BUS_ADRERR) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    wait_unless_first();
    ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    _exit(GT_UNABLE);
}

static void watch_for_short_files(void)
{
    struct sigaction action = {.sa_sigaction = end_by_short_file, .sa_flags = SA_SIGINFO};

    sigaction(SIGBUS, &action, NULL);
}

/* A large table that grows is moved page by page and never copied, and what is freed goes back to
 * the system. The C library would take larger and larger blocks from the heap, where each move is a
 * copy, and which does not shrink; and a heap for each thread, whose free blocks others cannot use.
 * Threads allocate rarely, so one heap is enough. */
static void map_large_blocks(void)
{
    enum { LARGE = 1 << 18 };

    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_ARENA_MAX, 1);
}

struct runner {
    int argc;
    const char **argv;
    enum gt_status status;
};

static struct gt_error *run(void *args)
{
    struct runner *runner = args;
    struct gt_options options;
    struct gt_error *error = gt_options_parse(runner->argc, runner->argv, &options);

    if (!error) error = gt_command_run(&options, &runner->status);
    gt_options_deinit(&options);
    return error;
}

/* The command line itself runs in a call too, so its allocations hang on that. */
int gt_tool_run(int argc, const char **argv)
{
    watch_for_short_files();
    map_large_blocks();
    struct runner runner = {argc, argv, GT_DONE};
    struct gt_error *error = gt_call_alone(run, &runner);
    int result = error ? fail(error) : (int)runner.status;

    if (fflush(stdout) == 0 || result != GT_DONE) return result;
    gt_complain("cannot write to standard output: ", strerror(errno));
    return GT_UNABLE;
}
