/* Each task is a POSIX thread in which all signals but faults are blocked. A resource of the call
 * that started it waits for the thread if that call unwinds. */
#include "inspector/base/task.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

struct gt_task {
    gt_body *body;
    void *args;
    struct gt_holdings holdings;
    struct gt_error *error;        /* of the body, once it has run */
    struct gt_resource *unwinding; /* waits for the task if the call unwinds */
    pthread_t thread;
    bool threaded; /* `thread` runs, or has ended and is not joined */
    bool done;
};

static void *run(void *args)
{
    struct gt_task *task = args;

    task->error = gt_call(&task->holdings, task->body, task->args);
    task->done = true;
    return NULL;
}

/* A thread inherits the mask of blocked signals. Signals from outside are the program's, so no task
 * takes them. A fault is the thread's own: it must not be blocked. */
static bool start_thread(struct gt_task *task)
{
    static const int faults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP};
    sigset_t all, before;
    int error_before = errno;

    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    if (pthread_sigmask(SIG_BLOCK, &all, &before) != 0) return false;
    bool started = pthread_create(&task->thread, NULL, run, task) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error_before; /* ENOMEM would fail the call (call.h) */
    return started;
}

static void join(struct gt_task *task)
{
    if (task->threaded) pthread_join(task->thread, NULL);
    task->threaded = false;
}

/* The call unwinds. The task's own block hangs on the call. */
static void drop(void *what, size_t size)
{
    struct gt_task *task = what;

    (void)size;
    join(task);
    gt_error_destroy(task->error);
    gt_holdings_release(&task->holdings);
}

struct gt_task *gt_task_start(gt_body *body, void *args)
{
    struct gt_task *task = gt_calloc(1, sizeof *task);

    task->body = body;
    task->args = args;
    gt_holdings_init(&task->holdings);
    task->unwinding = gt_hold(task, 0, drop);
    task->threaded = start_thread(task);
    return task;
}

struct gt_error *gt_task_wait(struct gt_task *task)
{
    join(task);
    if (!task->done) run(task);
    struct gt_error *error = task->error;
    task->error = NULL;
    gt_call_adopt(&task->holdings);
    gt_let_go(task->unwinding);
    gt_free(task);
    if (gt_error_code(error) != GT_ERR_MEMORY || !gt_call_blocks()) return error;
    gt_error_destroy(error);
    gt_call_fail(0);
    return NULL;
}

void gt_task_abandon(struct gt_task *task)
{
    if (!task) return;
    gt_let_go(task->unwinding);
    gt_free(task);
}

void gt_task_share(unsigned threads, gt_body *body, void *args)
{
    struct gt_task *helpers[GT_MOST_SHARES - 1];
    unsigned count = 0;

    for (; count + 1 < threads && count < GT_MOST_SHARES - 1; count++)
        helpers[count] = gt_task_start(body, args);
    gt_error_destroy(body(args));
    while (count)
        gt_error_destroy(gt_task_wait(helpers[--count]));
}

unsigned gt_usable_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0) return (unsigned)CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}
