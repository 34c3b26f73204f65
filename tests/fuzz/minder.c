/*
 * Runs the tool's commands and says what each took. A command runs in a fork of this process, which
 * is small and has begun: under sanitizers, to begin takes as long as half of what a command does.
 *
 * A line of the input is the seconds of CPU that the command may take, the path of a file for its
 * standard error, and its arguments, apart by tabs. It is answered with a line: the exit status, or
 * the signal as a negative number; seconds of CPU; KiB of memory. A command that takes more CPU
 * than it may is killed, and one that takes ten times as long by the clock, for which there may be
 * other reasons.
 */
#include "inspector/cli/tool.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 32, CLOCK = 10, FAILED = 127 };

struct order {
    unsigned seconds;
    const char *said;
    const char *arguments[MOST_ARGUMENTS + 2]; /* argv: the first is the tool's name */
    int count;
};

static bool parse(char *line, struct order *order)
{
    char *rest = line, *word;

    line[strcspn(line, "\n")] = 0;
    if (!(word = strsep(&rest, "\t"))) return false;
    *order = (struct order){.seconds = (unsigned)strtoul(word, NULL, 10), .count = 1};
    order->arguments[0] = "gotopsy";
    if (!(order->said = strsep(&rest, "\t"))) return false;
    while ((word = strsep(&rest, "\t")) && order->count <= MOST_ARGUMENTS)
        order->arguments[order->count++] = word;
    return order->seconds && !word;
}

static void redirect(const char *said)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int errors = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (nothing < 0 || errors < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 ||
        dup2(errors, 2) < 0)
        _exit(FAILED);
}

static _Noreturn void run(struct order *order)
{
    struct rlimit none = {0, 0}, cpu = {order->seconds, order->seconds};

    signal(SIGALRM, SIG_DFL);
    redirect(order->said);
    if (setrlimit(RLIMIT_CORE, &none) || setrlimit(RLIMIT_CPU, &cpu)) _exit(FAILED);
    exit(gt_tool_run(order->count, order->arguments));
}

/* It ends the wait. */
static void expire(int number)
{
    (void)number;
}

static int wait_for(pid_t pid, unsigned seconds, struct rusage *usage)
{
    int status = 0;

    alarm(CLOCK * seconds);
    if (wait4(pid, &status, 0, usage) < 0) {
        kill(pid, SIGKILL);
        wait4(pid, &status, 0, usage);
    }
    alarm(0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static bool answer(struct order *order)
{
    struct rusage usage = {0};
    pid_t pid = fork();

    if (pid < 0) return false;
    if (pid == 0) run(order);
    int status = wait_for(pid, order->seconds, &usage);
    double seconds = seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
    printf("%d %.4f %ld\n", status, seconds, usage.ru_maxrss);
    return fflush(stdout) == 0;
}

int main(void)
{
    struct sigaction action = {.sa_handler = expire}; /* calls are not begun again */
    size_t room = 0;
    char *line = NULL;
    struct order order;

    sigaction(SIGALRM, &action, NULL);
    while (getline(&line, &room, stdin) > 0)
        if (!parse(line, &order) || !answer(&order)) break;
    bool done = feof(stdin);
    free(line);
    return done ? 0 : 1;
}
