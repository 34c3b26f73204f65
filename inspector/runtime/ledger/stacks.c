/* The stacks of goroutines, of Go's runtime on its threads (g0 and gsignal), and of the threads. */
#include "inspector/runtime/goroutines/thread_walk.h"
#include "inspector/runtime/heap/arenas.h"
#include "inspector/runtime/ledger/readers.h"

#include <elf.h>

/* The run of anonymous memory that holds an address on a stack. */
static void claim_run(struct gt_reader *reader, uint64_t addr)
{
    const struct gt_run_of_segments *run = gt_run_at(&reader->runs, addr);

    if (run && run->flags)
        gt_claims_add(&reader->claims, run->start, run->end - run->start, GT_PART_THREAD_STACKS);
}

/* With C linked in, g0 runs on the thread's own stack. m0's g0 does so in each program. Such a
 * stack is outside of the heap's arenas. */
static void claim_stack_of(struct gt_reader *reader, const struct gt_arenas *arenas, uint64_t m,
                           enum gt_field_id field)
{
    const struct gt_process *process = reader->process;
    uint64_t g, low, high;

    if (!gt_process_field(process, m, field, &g) || !g ||
        !gt_process_field(process, g, GT_F_g_stack_lo, &low) ||
        !gt_process_field(process, g, GT_F_g_stack_hi, &high) || high <= low)
        return;
    if (gt_arena_at(arenas, gt_arena_number(arenas, low)))
        gt_claims_add(&reader->claims, low, high - low, GT_PART_SYSTEM_STACKS);
    else
        claim_run(reader, high - 1);
}

static void claim_system_stacks(struct gt_reader *reader)
{
    struct gt_u64s ms = gt_all_ms(reader->process);
    struct gt_arenas arenas;

    for (size_t i = 0; gt_arenas_find(reader->process, reader->mheap, &arenas) && i < ms.len; i++) {
        claim_stack_of(reader, &arenas, ms.at[i], GT_F_m_g0);
        claim_stack_of(reader, &arenas, ms.at[i], GT_F_m_gsignal);
    }
    gt_u64s_deinit(&ms);
}

/* Memory in the heap's spans or arenas still belongs to those: their claims win. */
static void claim_threads(struct gt_reader *reader)
{
    size_t count;
    const struct gt_thread *threads = gt_core_threads(reader->process->core, &count);
    uint64_t on_first_stack;

    for (size_t i = 0; i < count; i++)
        claim_run(reader, threads[i].sp);
    if (gt_core_auxv(reader->process->core, AT_RANDOM, &on_first_stack))
        claim_run(reader, on_first_stack);
}

void gt_claim_stacks(struct gt_reader *reader)
{
    const struct gt_goroutines *all = reader->goroutines;

    for (uint32_t i = 0; i < all->count; i++)
        gt_claims_add(&reader->claims, all->list[i].stack_lo,
                      all->list[i].stack_hi - all->list[i].stack_lo, GT_PART_GOROUTINE_STACKS);
    claim_system_stacks(reader);
    claim_threads(reader);
}
