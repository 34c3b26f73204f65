/* Threads that go through steps together: each task is done once, and what a step wrote the next
 * one reads. `make tsan` runs this under ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/graph/crew/lockstep.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum {
    TASKS = 24,
    STEPS = 5000,
    WORK = 1 << 20, /* rounds of the leader's own work: helpers sleep long before it ends */
    NAPS = 20,
    PATIENCE = 60, /* seconds */
};

static const unsigned helper_counts[] = {0, 1, 3};
enum { HELPER_COUNTS = sizeof helper_counts / sizeof *helper_counts };

struct board {
    unsigned done[GT_MOST_TASKS];     /* by task; changed without atomic operations */
    uint64_t now[TASKS], next[TASKS]; /* a step reads `now`, and writes `next` */
    unsigned tasks;                   /* of a step */
    unsigned met;                     /* tasks; changed with the lock */
    bool is_missed;                   /* one waited in vain; likewise */
    uint64_t first;                   /* a bit for each of the first that met; likewise */
    pthread_mutex_t lock;
    pthread_cond_t all_met;
};

static struct board board;

static void clear_board(void)
{
    memset(&board, 0, sizeof board);
    pthread_mutex_init(&board.lock, NULL);
    pthread_cond_init(&board.all_met, NULL);
}

static struct gt_lockstep *begin(unsigned helpers)
{
    clear_board();
    return gt_lockstep_create(helpers);
}

/* ---- each task is done once ------------------------------------------------------------------ */

static void count(void *ctx, unsigned task)
{
    ((struct board *)ctx)->done[task]++;
}

/* The leader reads after each step; the last task is the first that is not to be done. */
static void expect_steps(struct gt_lockstep *lockstep)
{
    unsigned expected[TASKS + 1] = {0};

    for (unsigned step = 0; step < STEPS; step++) {
        unsigned tasks = step % (TASKS + 1);
        gt_lockstep_run(lockstep, count, &board, tasks);
        for (unsigned task = 0; task < tasks; task++)
            expected[task]++;
        assert_memory_equal(board.done, expected, sizeof expected);
    }
}

static void each_task_of_a_step_is_done_once(void **state)
{
    (void)state;
    clear_board();
    expect_steps(NULL);
    for (unsigned i = 0; i < HELPER_COUNTS; i++) {
        struct gt_lockstep *lockstep = begin(helper_counts[i]);
        expect_steps(lockstep);
        gt_lockstep_destroy(lockstep);
    }
    gt_lockstep_destroy(NULL);
}

static void a_step_may_have_the_most_tasks(void **state)
{
    struct gt_lockstep *lockstep = begin(3);

    (void)state;
    for (unsigned step = 1; step <= 3; step++) {
        gt_lockstep_run(lockstep, count, &board, GT_MOST_TASKS);
        for (unsigned task = 0; task < GT_MOST_TASKS; task++)
            assert_int_equal(board.done[task], step);
    }
    gt_lockstep_destroy(lockstep);
}

static void note_order(void *ctx, unsigned task)
{
    struct board *on = ctx;

    on->done[on->tasks++] = task;
}

static void one_thread_does_tasks_in_order(void **state)
{
    (void)state;
    clear_board();
    gt_lockstep_run(NULL, note_order, &board, TASKS);
    assert_int_equal(board.tasks, TASKS);
    for (unsigned task = 0; task < TASKS; task++)
        assert_int_equal(board.done[task], task);
}

/* ---- what a step wrote is read after it -------------------------------------------------------
 */

static void add_neighbours(void *ctx, unsigned task)
{
    struct board *on = ctx;

    on->next[task] = on->now[task] + 3 * on->now[(task + 1) % TASKS] + task;
}

static void copy_next(void *ctx, unsigned task)
{
    struct board *on = ctx;

    on->now[task] = on->next[task];
}

/* Each number depends on what other tasks wrote in the step before; the leader changes one of them
 * between the steps. */
static void compute(struct gt_lockstep *lockstep, uint64_t *result)
{
    for (unsigned step = 0; step < STEPS; step++) {
        gt_lockstep_run(lockstep, add_neighbours, &board, TASKS);
        gt_lockstep_run(lockstep, copy_next, &board, TASKS);
        board.now[step % TASKS] ^= board.next[(step + 5) % TASKS];
    }
    memcpy(result, board.now, sizeof board.now);
}

static void a_step_reads_what_the_one_before_wrote(void **state)
{
    uint64_t alone[TASKS], shared[TASKS];

    (void)state;
    clear_board();
    compute(NULL, alone);
    assert_int_not_equal(alone[0], alone[1]);
    for (unsigned i = 0; i < HELPER_COUNTS; i++) {
        struct gt_lockstep *lockstep = begin(helper_counts[i]);
        compute(lockstep, shared);
        gt_lockstep_destroy(lockstep);
        assert_memory_equal(shared, alone, sizeof alone);
    }
}

/* ---- helpers --------------------------------------------------------------------------------- */

static void work_alone(void)
{
    volatile unsigned at;

    for (at = 0; at < WORK;)
        at = at + 1;
}

/* The tasks of a step wait until all have begun, so each of them has a thread of its own. They give
 * up after a while. */
static void meet(void *ctx, unsigned task)
{
    struct board *on = ctx;
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    pthread_mutex_lock(&on->lock);
    on->done[task]++;
    if (on->met < on->tasks) on->first |= (uint64_t)1 << task;
    if (++on->met % on->tasks == 0) pthread_cond_broadcast(&on->all_met);
    unsigned all = (on->met + on->tasks - 1) / on->tasks * on->tasks;
    while (on->met < all && !on->is_missed)
        on->is_missed = pthread_cond_timedwait(&on->all_met, &on->lock, &end) != 0;
    pthread_mutex_unlock(&on->lock);
}

static void expect_all_meet(unsigned helpers)
{
    struct gt_lockstep *lockstep = begin(helpers);

    board.tasks = helpers + 1;
    for (unsigned nap = 1; nap <= NAPS && !board.is_missed; nap++) {
        work_alone();
        gt_lockstep_run(lockstep, meet, &board, board.tasks);
        assert_int_equal(board.met, nap * board.tasks);
    }
    gt_lockstep_destroy(lockstep);
    assert_false(board.is_missed);
}

static void helpers_that_sleep_are_woken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HELPER_COUNTS; i++)
        expect_all_meet(helper_counts[i]);
}

/* With three tasks for each thread, and none begins its second before all have begun one. */
static void expect_own_parts(unsigned helpers)
{
    enum { EACH = 3 };
    struct gt_lockstep *lockstep = begin(helpers);
    uint64_t first = 0;

    board.tasks = helpers + 1;
    for (unsigned thread = 0; thread <= helpers; thread++)
        first |= (uint64_t)1 << thread * EACH;
    gt_lockstep_run(lockstep, meet, &board, board.tasks * EACH);
    gt_lockstep_destroy(lockstep);
    assert_false(board.is_missed);
    assert_int_equal(board.first, first);
}

static void each_thread_begins_with_its_own_part(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HELPER_COUNTS; i++)
        expect_own_parts(helper_counts[i]);
}

static void helpers_that_sleep_are_dismissed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NAPS; i++) {
        struct gt_lockstep *lockstep = begin(3);
        if (i % 2) work_alone();
        gt_lockstep_destroy(lockstep);
    }
}

/* ---- a call that unwinds --------------------------------------------------------------------- */

static void note_end(void *what, size_t size)
{
    (void)size;
    *(bool *)what = true;
}

/* What was held first is released last: after all helpers have ended. */
static struct gt_error *unwind(void *ended)
{
    gt_hold(ended, 0, note_end);
    struct gt_lockstep *lockstep = begin(3);
    gt_lockstep_run(lockstep, count, &board, TASKS);
    work_alone();
    gt_call_fail(1); /* as gt_alloc() does */
    return NULL;
}

static void a_call_that_unwinds_dismisses_its_helpers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NAPS; i++) {
        bool ended = false;
        struct gt_error *error = gt_call_alone(unwind, &ended);
        assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
        assert_true(ended);
        gt_error_destroy(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_of_a_step_is_done_once),
        cmocka_unit_test(a_step_may_have_the_most_tasks),
        cmocka_unit_test(one_thread_does_tasks_in_order),
        cmocka_unit_test(a_step_reads_what_the_one_before_wrote),
        cmocka_unit_test(helpers_that_sleep_are_woken),
        cmocka_unit_test(each_thread_begins_with_its_own_part),
        cmocka_unit_test(helpers_that_sleep_are_dismissed),
        cmocka_unit_test(a_call_that_unwinds_dismisses_its_helpers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
