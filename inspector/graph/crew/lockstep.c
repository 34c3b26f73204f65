/* Each part of the tasks has a 64-bit word, which says which step it is, where the part ends, and
 * which task is next. A thread takes a task by counting up the word, which fails if the step has
 * changed. So whoever has taken a task belongs to the step, and the leader waits for it. */
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
    LINE = 64,
    LOOKS = 4000,    /* of a helper, before it sleeps: some 50 microseconds */
    POLITE = 1 << 7, /* looks of the leader, after which it lets others run */
    NUMBER_BITS = 17,
    NUMBERS = (1 << NUMBER_BITS) - 1,
};

struct helper {
    struct gt_lockstep *lockstep;
    unsigned number; /* of its own part; the leader's is 0 */
    struct gt_task *task;
    struct gt_resource *leaving; /* dismisses the helpers, if the leader's call unwinds */
};

struct part {                            /* of the tasks */
    _Atomic uint64_t word;               /* step, end, next task */
    char apart[LINE - sizeof(uint64_t)]; /* so that no two words are in one cache line */
};

struct gt_lockstep {
    struct part parts[MOST_HELPERS + 1]; /* one for each thread */
    _Atomic uint64_t step;               /* that has been given; its parts are set before */
    gt_task_fn *task;                    /* of the step */
    void *ctx;
    atomic_uint done;     /* tasks of the step */
    atomic_uint sleepers; /* changed with the lock */
    atomic_bool over;     /* helpers leave */
    pthread_mutex_t lock;
    pthread_cond_t awake;
    struct helper helpers[MOST_HELPERS];
    unsigned count; /* helpers; set before they start */
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

/* Does a task of the part that nobody has taken; false if there is none. */
static bool do_one_of(struct gt_lockstep *lockstep, struct part *part)
{
    uint64_t word = atomic_load_explicit(&part->word, memory_order_acquire);

    do {
        if (!has_tasks(word)) return false;
    } while (!atomic_compare_exchange_weak_explicit(&part->word, &word, word + 1,
                                                    memory_order_acquire, memory_order_acquire));
    lockstep->task(lockstep->ctx, (unsigned)(word & NUMBERS));
    atomic_fetch_add_explicit(&lockstep->done, 1, memory_order_release);
    return true;
}

/* Does the thread's own part, and then what others have left of theirs. */
static void do_tasks(struct gt_lockstep *lockstep, unsigned own)
{
    for (unsigned i = 0; i <= lockstep->count; i++)
        while (do_one_of(lockstep, &lockstep->parts[(own + i) % (lockstep->count + 1)])) {
        }
}

/* Is there a step that the helper has not seen? */
static bool is_called(struct gt_lockstep *lockstep, uint64_t seen)
{
    return atomic_load(&lockstep->step) != seen || atomic_load(&lockstep->over);
}

static void wait_for_call(struct gt_lockstep *lockstep, uint64_t seen)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        if (is_called(lockstep, seen)) return;
        look_again();
    }
    pthread_mutex_lock(&lockstep->lock);
    atomic_fetch_add(&lockstep->sleepers, 1);
    while (!is_called(lockstep, seen))
        pthread_cond_wait(&lockstep->awake, &lockstep->lock);
    atomic_fetch_sub(&lockstep->sleepers, 1);
    pthread_mutex_unlock(&lockstep->lock);
}

static struct gt_error *help(void *args)
{
    const struct helper *helper = args;
    struct gt_lockstep *lockstep = helper->lockstep;

    for (uint64_t seen = 0; !atomic_load(&lockstep->over);) {
        wait_for_call(lockstep, seen);
        seen = atomic_load(&lockstep->step);
        do_tasks(lockstep, helper->number);
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

static void give_parts(struct gt_lockstep *lockstep, unsigned tasks)
{
    unsigned threads = lockstep->count + 1;
    uint64_t step = atomic_load(&lockstep->step) + 1;

    for (unsigned i = 0; i < threads; i++) {
        uint64_t first = (uint64_t)tasks * i / threads, end = (uint64_t)tasks * (i + 1) / threads;
        atomic_store(&lockstep->parts[i].word,
                     step << 2 * NUMBER_BITS | end << NUMBER_BITS | first);
    }
    atomic_store(&lockstep->step, step);
}

void gt_lockstep_run(struct gt_lockstep *lockstep, gt_task_fn *task, void *ctx, unsigned tasks)
{
    if (!lockstep || tasks < 2) {
        run_alone(task, ctx, tasks);
        return;
    }
    lockstep->task = task;
    lockstep->ctx = ctx;
    atomic_store(&lockstep->done, 0);
    give_parts(lockstep, tasks);
    if (atomic_load(&lockstep->sleepers)) wake_all(lockstep);
    do_tasks(lockstep, 0);
    for (unsigned looks = 1; atomic_load_explicit(&lockstep->done, memory_order_acquire) < tasks;
         looks++) {
        look_again();
        if (looks % POLITE == 0) sched_yield();
    }
}

/* What was held last is released first: a helper is dismissed before it is waited for. */
static void start(struct gt_lockstep *lockstep, unsigned number)
{
    struct helper *helper = &lockstep->helpers[number - 1];

    helper->lockstep = lockstep;
    helper->number = number;
    helper->task = gt_task_start(help, helper);
    helper->leaving = gt_hold(lockstep, 0, dismiss);
}

struct gt_lockstep *gt_lockstep_create(unsigned helpers)
{
    struct gt_lockstep *lockstep = gt_calloc(1, sizeof *lockstep);

    pthread_mutex_init(&lockstep->lock, NULL);
    pthread_cond_init(&lockstep->awake, NULL);
    lockstep->count = helpers < MOST_HELPERS ? helpers : MOST_HELPERS;
    for (unsigned i = 1; i <= lockstep->count; i++)
        start(lockstep, i);
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
