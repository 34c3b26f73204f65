/* A list of goroutines that share one g, in memory that counts who asks for what. */
#include "inspector/runtime/goroutines/read_ahead.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <semaphore.h>
#include <stdlib.h>

enum { LIST = 0x10000, MANY = 1 << 14, G = 0x500000, SP_AT = 56, STACK = 0x600000 };

struct target {
    uint64_t list[MANY], g[16], stack[16];
    sem_t read; /* the stack, by the other thread */
};

static const unsigned char *part(const void *bytes, uint64_t size, uint64_t at, uint64_t *avail)
{
    if (at >= size) return NULL;
    *avail = size - at;
    return (const unsigned char *)bytes + at;
}

static const unsigned char *map(const void *ctx, uint64_t addr, uint64_t *avail)
{
    struct target *target = (void *)(uintptr_t)ctx;

    if (addr >= STACK) {
        sem_post(&target->read);
        return part(target->stack, sizeof target->stack, addr - STACK, avail);
    }
    if (addr >= G) return part(target->g, sizeof target->g, addr - G, avail);
    return part(target->list, sizeof target->list, addr - LIST, avail);
}

static struct target *make_target(struct gt_memory *mem, struct gt_process *process)
{
    struct target *target = calloc(1, sizeof *target);

    assert_non_null(target);
    sem_init(&target->read, 0, 0);
    for (size_t i = 0; i < MANY; i++)
        target->list[i] = i % 3 ? G : 1; /* some gs are not in the core */
    target->g[SP_AT / 8] = STACK;
    *mem = (struct gt_memory){.ctx = target, .map = map};
    *process = (struct gt_process){.mem = mem};
    process->layout.field[GT_F_g_sched_sp].offset = SP_AT;
    process->layout.field[GT_F_g_sched_sp].size = 8;
    process->layout.field[GT_F_g_sched_sp].present = true;
    return target;
}

static void few_goroutines_and_one_thread_need_none(void **state)
{
    const struct gt_slice few = {LIST, 100, 100}, many = {LIST, MANY, MANY};
    struct gt_process process;
    struct gt_memory mem;
    struct target *target = make_target(&mem, &process);

    (void)state;
    struct gt_read_ahead *ahead = gt_read_ahead_start(&process, 2, &few);
    assert_null(ahead);
    gt_read_ahead_note(ahead, 0);
    gt_read_ahead_end(&ahead);
    assert_null(gt_read_ahead_start(&process, 1, &many));
    free(target);
}

static void stacks_are_read_until_the_reader_needs_no_more(void **state)
{
    const struct gt_slice many = {LIST, 2 * MANY, 2 * MANY}; /* half of it is not in the core */
    struct gt_process process;
    struct gt_memory mem;
    struct target *target = make_target(&mem, &process);

    (void)state;
    struct gt_read_ahead *ahead = gt_read_ahead_start(&process, 2, &many);
    assert_non_null(ahead);
    gt_read_ahead_note(ahead, 32);
    assert_int_equal(sem_wait(&target->read), 0);
    gt_read_ahead_note(ahead, MANY / 2);
    gt_read_ahead_end(&ahead);
    assert_null(ahead);
    free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_goroutines_and_one_thread_need_none),
        cmocka_unit_test(stacks_are_read_until_the_reader_needs_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
