/* The crew's pool of bundles, under one lock. */
#include "inspector/graph/crew/crew.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"

#include <pthread.h>
#include <string.h>

enum {
    POOL = 256, /* bundles */
};

struct helper {
    struct gt_crew *crew;
    void *member;
    struct gt_task *task;
    struct gt_resource *leaving; /* dismisses the helper, if the leader's call unwinds meanwhile */
};

struct gt_crew {
    struct gt_crew_job job;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned char *pool; /* bundles */
    size_t pooled;
    size_t waiting, working; /* members */
    bool over;               /* helpers leave */
    atomic_bool waits;       /* see gt_crew_waits() */
    struct helper *helpers;
    size_t count;
};

/* With the lock. */
static void note_waits(struct gt_crew *crew)
{
    atomic_store_explicit(&crew->waits, crew->waiting > 0 && !crew->pooled, memory_order_relaxed);
}

bool gt_crew_waits(const struct gt_crew *crew)
{
    return atomic_load_explicit(&crew->waits, memory_order_relaxed);
}

/* With the lock: takes bundles off the pool for a member that works from now on. */
static void take(struct gt_crew *crew, void *member)
{
    for (unsigned i = 0; i < GT_CREW_TAKES && crew->pooled; i++)
        crew->job.accept(member, crew->pool + --crew->pooled * crew->job.size);
    crew->working++;
}

/* With the lock. */
static void wait_for_change(struct gt_crew *crew)
{
    crew->waiting++;
    note_waits(crew);
    pthread_cond_wait(&crew->changed, &crew->lock);
    crew->waiting--;
    note_waits(crew);
}

static struct gt_error *help(void *args)
{
    const struct helper *helper = args;
    struct gt_crew *crew = helper->crew;

    pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (!crew->pooled && !crew->over)
            wait_for_change(crew);
        if (!crew->pooled) break;
        take(crew, helper->member);
        pthread_mutex_unlock(&crew->lock);
        crew->job.work(helper->member);
        pthread_mutex_lock(&crew->lock);
        if (--crew->working == 0) pthread_cond_broadcast(&crew->changed);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

bool gt_crew_rest(struct gt_crew *crew, void *leader)
{
    pthread_mutex_lock(&crew->lock);
    crew->working--;
    while (!crew->pooled && crew->working)
        wait_for_change(crew);
    bool more = crew->pooled > 0;
    take(crew, leader);
    pthread_mutex_unlock(&crew->lock);
    return more;
}

size_t gt_crew_give(struct gt_crew *crew, const void *bundles, size_t count)
{
    pthread_mutex_lock(&crew->lock);
    if (count > POOL - crew->pooled) count = POOL - crew->pooled;
    memcpy(crew->pool + crew->pooled * crew->job.size, bundles, count * crew->job.size);
    crew->pooled += count;
    note_waits(crew);
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    return count;
}

static void dismiss(void *what, size_t size)
{
    struct gt_crew *crew = what;

    (void)size;
    pthread_mutex_lock(&crew->lock);
    crew->over = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
}

/* What was held last is released first: a helper is dismissed before it is waited for. */
static void start(struct gt_crew *crew, struct helper *helper, void *member)
{
    helper->crew = crew;
    helper->member = member;
    helper->task = gt_task_start(help, helper);
    helper->leaving = gt_hold(crew, 0, dismiss);
}

struct gt_crew *gt_crew_create(const struct gt_crew_job *job, void *const *members, size_t count)
{
    struct gt_crew *crew = gt_calloc(1, sizeof *crew);

    crew->job = *job;
    crew->working = 1;
    crew->pool = gt_alloc(POOL * job->size);
    crew->helpers = gt_calloc(count, sizeof *crew->helpers);
    crew->count = count;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->changed, NULL);
    for (size_t i = 0; i < count; i++)
        start(crew, &crew->helpers[i], members[i]);
    return crew;
}

void gt_crew_destroy(struct gt_crew *crew)
{
    if (!crew) return;
    for (size_t i = 0; i < crew->count; i++)
        gt_let_go(crew->helpers[i].leaving);
    for (size_t i = 0; i < crew->count; i++)
        gt_error_destroy(gt_task_wait(crew->helpers[i].task));
    pthread_mutex_destroy(&crew->lock);
    pthread_cond_destroy(&crew->changed);
    gt_free(crew->pool);
    gt_free(crew->helpers);
    gt_free(crew);
}
