/* Tasks: what they return, what they leave, and what happens if memory runs out. */
#include "inspector/base/task.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 1000 };

struct work {
    int *numbers;          /* made by the task */
    pthread_t thread;      /* in which it ran */
    struct gt_task *task;  /* of a call that unwinds */
    unsigned *released;    /* how many resources of the task are released */
    bool blocks_interrupt; /* is SIGINT blocked in the task? */
    bool blocks_fault;     /* and SIGBUS? */
};

static struct gt_error *make_numbers(void *args)
{
    struct work *work = args;
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    work->blocks_interrupt = sigismember(&blocked, SIGINT);
    work->blocks_fault = sigismember(&blocked, SIGBUS);
    work->thread = pthread_self();
    work->numbers = gt_calloc(COUNT, sizeof *work->numbers);
    for (int i = 0; i < COUNT; i++)
        work->numbers[i] = i;
    return NULL;
}

static void expect_numbers(const int *numbers)
{
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(numbers[i], i);
}

static struct gt_error *wait_for_numbers(void *args)
{
    struct work *work = args;

    return gt_task_wait(gt_task_start(make_numbers, work));
}

static void what_a_task_made_belongs_to_the_call_that_waited(void **state)
{
    struct gt_holdings holdings;
    struct work work = {0};

    (void)state;
    gt_holdings_init(&holdings);
    assert_null(gt_call(&holdings, wait_for_numbers, &work));
    expect_numbers(work.numbers);
    assert_ptr_not_equal(holdings.blocks.next, &holdings.blocks);
    gt_holdings_release(&holdings); /* the sanitizers see that nothing is left */
}

static void a_task_takes_faults_and_no_other_signals(void **state)
{
    struct work work = {0};
    sigset_t before, after;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_null(wait_for_numbers(&work));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_false(pthread_equal(work.thread, pthread_self()));
    assert_true(work.blocks_interrupt);
    assert_false(work.blocks_fault);
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
    gt_free(work.numbers); /* outside of a call it hangs on nothing */
}

static struct gt_error *refuse(void *args)
{
    (void)args;
    return gt_error_plain(GT_ERR_FORMAT, "not a heap");
}

static struct gt_error *wait_for_refusal(void *args)
{
    return gt_task_wait(gt_task_start(refuse, args));
}

static void the_error_of_a_body_is_the_waiters(void **state)
{
    (void)state;
    struct gt_error *error = gt_call_alone(wait_for_refusal, NULL);

    assert_int_equal(gt_error_code(error), GT_ERR_FORMAT);
    assert_string_equal(gt_error_message(error), "not a heap");
    gt_error_destroy(error);
}

static struct gt_error *ask_for_too_much(void *args)
{
    make_numbers(args);
    gt_call_fail(COUNT); /* as gt_alloc() does */
    return NULL;
}

static struct gt_error *wait_for_too_much(void *args)
{
    gt_alloc(COUNT);
    gt_error_destroy(gt_task_wait(gt_task_start(ask_for_too_much, args)));
    fail_msg("the call goes on without the memory of its task");
    return NULL;
}

static void memory_that_runs_out_in_a_task_unwinds_the_waiter(void **state)
{
    struct work work = {0};

    (void)state;
    struct gt_error *error = gt_call_alone(wait_for_too_much, &work);
    assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
    gt_error_destroy(error);
}

static void count_release(void *what, size_t size)
{
    (void)size;
    ++*(unsigned *)what;
}

static struct gt_error *hold_something(void *args)
{
    struct work *work = args;

    gt_hold(work->released, 0, count_release);
    return make_numbers(args);
}

static struct gt_error *unwind_beside_a_task(void *args)
{
    struct work *work = args;

    work->task = gt_task_start(hold_something, work);
    gt_call_fail(COUNT); /* as gt_alloc() does */
    return NULL;
}

static void a_call_that_unwinds_waits_for_its_task(void **state)
{
    unsigned released = 0;
    struct work work = {.released = &released};

    (void)state;
    struct gt_error *error = gt_call_alone(unwind_beside_a_task, &work);
    assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
    assert_int_equal(released, 1);
    gt_error_destroy(error);
}

static struct gt_error *abandon(void *args)
{
    gt_task_abandon(gt_task_start(hold_something, args));
    gt_task_abandon(NULL);
    return NULL;
}

static void an_abandoned_task_leaves_nothing(void **state)
{
    unsigned released = 0;
    struct work work = {.released = &released};

    (void)state;
    assert_null(gt_call_alone(abandon, &work));
    assert_int_equal(released, 1);
}

struct shares {
    atomic_uint next;
    unsigned runs[COUNT], threads;
    atomic_uint bodies;
};

static struct gt_error *take_shares(void *args)
{
    struct shares *shares = args;

    atomic_fetch_add(&shares->bodies, 1);
    for (unsigned next; (next = atomic_fetch_add(&shares->next, 1)) < COUNT;)
        shares->runs[next]++;
    return NULL;
}

static struct gt_error *share(void *args)
{
    struct shares *shares = args;

    gt_task_share(shares->threads, take_shares, shares);
    return NULL;
}

static void threads_share_work_once(void **state)
{
    static const unsigned threads[] = {0, 1, 2, 5, 100}, bodies[] = {1, 1, 2, 5, 16};

    (void)state;
    for (unsigned i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct shares shares = {.threads = threads[i]};
        assert_null(gt_call_alone(share, &shares));
        assert_int_equal(shares.bodies, bodies[i]);
        for (unsigned part = 0; part < COUNT; part++)
            assert_int_equal(shares.runs[part], 1);
    }
}

static void a_process_may_use_a_processor(void **state)
{
    (void)state;
    assert_in_range(gt_usable_processors(), 1, 1 << 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_task_made_belongs_to_the_call_that_waited),
        cmocka_unit_test(a_task_takes_faults_and_no_other_signals),
        cmocka_unit_test(the_error_of_a_body_is_the_waiters),
        cmocka_unit_test(memory_that_runs_out_in_a_task_unwinds_the_waiter),
        cmocka_unit_test(a_call_that_unwinds_waits_for_its_task),
        cmocka_unit_test(an_abandoned_task_leaves_nothing),
        cmocka_unit_test(threads_share_work_once),
        cmocka_unit_test(a_process_may_use_a_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
