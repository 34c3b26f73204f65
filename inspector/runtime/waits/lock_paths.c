/* A path ends at an RUnlock and at a call that never returns. Whether an inlined RLock is of a
 * certain mutex is known by the offset in its instruction. */
#include "inspector/runtime/waits/lock_paths.h"

#include "inspector/runtime/waits/code_flow.h"
#include "inspector/runtime/waits/code_owner.h"

enum {
    MAX_INLINED = 16,
    MOST_CODE = 256, /* bytes of an inlined RLock that are read */
    XADD = 3,        /* bytes of LOCK XADD before its operand */
};

struct path {
    const struct gt_process *process;
    const struct gt_lock_site *sites;
    size_t count;
    uint64_t pc;
    bool reaches;
};

static bool is_in_unlock(const struct path *path, uint64_t pc)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->sites[i].unlocks && path->sites[i].reads && pc >= path->sites[i].from &&
            pc < path->sites[i].to)
            return true;
    return false;
}

static bool read_step(void *ctx, const struct gt_flow_step *step)
{
    struct path *path = ctx;
    const struct gt_instruction *instruction = &step->instruction;

    if (is_in_unlock(path, step->pc)) return false;
    path->reaches |= step->pc + instruction->length == path->pc;
    return instruction->kind != GT_FLOW_CALL || instruction->indirect ||
           !gt_code_never_returns(gt_process_function(path->process, instruction->target));
}

static bool leads(struct path *path, const struct gt_lock_site *from)
{
    struct gt_code_flow flow;

    if (!gt_code_flow_init(&flow, path->process, path->pc - 1)) return false;
    gt_code_flow_visit(&flow, from->to, read_step, path);
    gt_code_flow_deinit(&flow);
    return path->reaches;
}

/* The displacement of an operand in memory; false where it has none. */
static bool displacement_of(const unsigned char *operand, uint64_t *displacement)
{
    unsigned mode = *operand >> 6, base = *operand & 7;

    if (mode == 1) *displacement = (uint64_t)(int64_t)(int8_t)operand[1];
    if (mode == 2) *displacement = (uint64_t)(int64_t)(int32_t)gt_load32(operand + 1);
    return (mode == 1 || mode == 2) && base != 4;
}

/* RLock adds to readerCount by LOCK XADD, if it is inlined. */
static bool may_be_at(const struct gt_process *process, const struct gt_lock_site *site,
                      uint64_t distance)
{
    uint64_t size = site->to - site->from, displacement = 0;
    uint64_t count = process->layout.field[GT_F_rwmutex_readerCount].offset;
    const unsigned char *code =
        size <= MOST_CODE ? gt_mem_at(process->mem, site->from, size) : NULL;

    for (uint64_t at = 0; code && at + XADD + 1 + sizeof(uint32_t) <= size; at++)
        if (code[at] == 0xf0 && code[at + 1] == 0x0f && code[at + 2] == 0xc1)
            return !displacement_of(code + at + XADD, &displacement) ||
                   displacement == distance + count;
    return true;
}

static bool is_of(const struct gt_process *process, const struct gt_lock_site *site, uint64_t lock,
                  uint64_t distance)
{
    if (site->target) return site->target - lock < process->layout.size[GT_S_rwmutex];
    return may_be_at(process, site, distance);
}

/* The line of the function itself, not of a call that was inlined. */
static uint32_t line_at(const struct gt_process *process, uint64_t pc)
{
    struct gt_source_pos positions[MAX_INLINED];
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_text_find(&process->code, pc, &tab, &func)) return 0;
    size_t count = gt_func_positions(tab, &func, pc, positions, MAX_INLINED);
    return count ? positions[count - 1].line : 0;
}

/* An inlined call may be in several parts, of which one leads to another. */
uint64_t gt_reads_before(struct gt_lock_sites *sites, uint64_t pc, uint64_t lock, uint64_t distance)
{
    struct path path = {.process = gt_lock_sites_process(sites), .pc = pc};

    uint32_t line = line_at(path.process, pc - 1);
    path.sites = gt_lock_sites_of(sites, pc - 1, &path.count);
    for (size_t i = 0; i < path.count; i++) {
        const struct gt_lock_site *site = &path.sites[i];
        if (site->reads && !site->unlocks && line_at(path.process, site->from) != line &&
            is_of(path.process, site, lock, distance) && leads(&path, site))
            return site->from;
    }
    return 0;
}
