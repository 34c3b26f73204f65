/* One 64-bit word says which step it is, how many tasks it has, and which is next. A thread takes a
 * task by counting up the word, which fails if the step has changed. So whoever has taken a task
 * belongs to the step, and the leader waits for it. */
#include "inspector/graph/crew/lockstep.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    MOST_HELPERS = 15,
    LOOKS = 4000,    /* of a helper, before it sleeps: some 50 microseconds */
    POLITE = 1 << 7, /* looks of the leader, after which it lets others run */
    NUMBER_BITS = 17,
    NUMBERS = (1 << NUMBER_BITS) - 1,
};

struct helper {
    struct gt_task *task;
    struct gt_resource *leaving; /* dismisses the helpers, if the leader's call unwinds */
};

struct gt_lockstep {
    _Atomic uint64_t word; /* step, tasks, next task */
    gt_task_fn *task;      /* of the step */
    void *ctx;
    atomic_uint done;     /* tasks of the step */
    atomic_uint sleepers; /* changed with the lock */
    atomic_bool over;     /* helpers leave */
    pthread_mutex_t lock;
    pthread_cond_t awake;
    struct helper helpers[MOST_HELPERS];
    unsigned count;
};

static inline void look_again(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool has_tasks(uint64_t word)
{
    return (word & NUMBERS) < (word >> NUMBER_BITS & NUMBERS);
}

/* Does a task that nobody has taken; false if there is none. */
static bool do_one(struct gt_lockstep *lockstep)
{
    uint64_t word = atomic_load_explicit(&lockstep->word, memory_order_acquire);

    do {
        if (!has_tasks(word)) return false;
    } while (!atomic_compare_exchange_weak_explicit(&lockstep->word, &word, word + 1,
                                                    memory_order_acquire, memory_order_acquire));
    lockstep->task(lockstep->ctx, (unsigned)(word & NUMBERS));
    atomic_fetch_add_explicit(&lockstep->done, 1, memory_order_release);
    return true;
}

static bool is_called(struct gt_lockstep *lockstep)
{
    return has_tasks(atomic_load(&lockstep->word)) || atomic_load(&lockstep->over);
}

static void wait_for_call(struct gt_lockstep *lockstep)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        if (is_called(lockstep)) return;
        look_again();
    }
    pthread_mutex_lock(&lockstep->lock);
    atomic_fetch_add(&lockstep->sleepers, 1);
    while (!is_called(lockstep))
        pthread_cond_wait(&lockstep->awake, &lockstep->lock);
    atomic_fetch_sub(&lockstep->sleepers, 1);
    pthread_mutex_unlock(&lockstep->lock);
}

static struct gt_error *help(void *args)
{
    struct gt_lockstep *lockstep = args;

    while (!atomic_load(&lockstep->over)) {
        while (do_one(lockstep)) {
        }
        wait_for_call(lockstep);
    }
    return NULL;
}

static void wake_all(struct gt_lockstep *lockstep)
{
    pthread_mutex_lock(&lockstep->lock);
    pthread_cond_broadcast(&lockstep->awake);
    pthread_mutex_unlock(&lockstep->lock);
}

static void dismiss(void *what, size_t size)
{
    struct gt_lockstep *lockstep = what;

    (void)size;
    atomic_store(&lockstep->over, true);
    wake_all(lockstep);
}

static void run_alone(gt_task_fn *task, void *ctx, unsigned tasks)
{
    for (unsigned i = 0; i < tasks; i++)
        task(ctx, i);
}

void gt_lockstep_run(struct gt_lockstep *lockstep, gt_task_fn *task, void *ctx, unsigned tasks)
{
    if (!lockstep || tasks < 2) {
        run_alone(task, ctx, tasks);
        return;
    }
    uint64_t step = (atomic_load(&lockstep->word) >> 2 * NUMBER_BITS) + 1;
    lockstep->task = task;
    lockstep->ctx = ctx;
    atomic_store(&lockstep->done, 0);
    atomic_store(&lockstep->word, step << 2 * NUMBER_BITS | (uint64_t)tasks << NUMBER_BITS);
    if (atomic_load(&lockstep->sleepers)) wake_all(lockstep);
    while (do_one(lockstep)) {
    }
    for (unsigned looks = 1; atomic_load_explicit(&lockstep->done, memory_order_acquire) < tasks;
         looks++) {
        look_again();
        if (looks % POLITE == 0) sched_yield();
    }
}

/* What was held last is released first: a helper is dismissed before it is waited for. */
static void start(struct gt_lockstep *lockstep, struct helper *helper)
{
    helper->task = gt_task_start(help, lockstep);
    helper->leaving = gt_hold(lockstep, 0, dismiss);
}

struct gt_lockstep *gt_lockstep_create(unsigned helpers)
{
    struct gt_lockstep *lockstep = gt_calloc(1, sizeof *lockstep);

    pthread_mutex_init(&lockstep->lock, NULL);
    pthread_cond_init(&lockstep->awake, NULL);
    for (unsigned i = 0; i < helpers && i < MOST_HELPERS; i++)
        start(lockstep, &lockstep->helpers[lockstep->count++]);
    return lockstep;
}

void gt_lockstep_destroy(struct gt_lockstep *lockstep)
{
    if (!lockstep) return;
    dismiss(lockstep, 0);
    for (unsigned i = 0; i < lockstep->count; i++) {
        gt_let_go(lockstep->helpers[i].leaving);
        gt_error_destroy(gt_task_wait(lockstep->helpers[i].task));
    }
    pthread_mutex_destroy(&lockstep->lock);
    pthread_cond_destroy(&lockstep->awake);
    gt_free(lockstep);
}
