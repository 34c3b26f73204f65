/* Searches the code of all functions for the opcode of a call (at every byte on amd64, at every
 * fourth on arm64), and compares the target with the functions' entries. */
#include "inspector/runtime/process/callers.h"

enum { MAX_NAMES = 8 };

struct search {
    const struct gt_process *process;
    uint64_t entries[MAX_NAMES];
    size_t count;
    gt_caller_fn *visit;
    void *ctx;
};

static void find_entries(struct search *search, const char *const *names)
{
    const struct gt_text *code = &search->process->code;
    struct gt_func func;

    for (size_t tab = 0; tab < code->tab_count; tab++)
        for (size_t i = 0; names[i] && search->count < MAX_NAMES; i++)
            if (gt_func_named(code->tabs[tab], names[i], &func))
                search->entries[search->count++] = func.entry;
}

/* ---- calls --------------------------------------------------------------------------------- */

static void read_amd64(uint64_t from, const unsigned char *code, uint64_t size, gt_call_fn *visit,
                       void *ctx)
{
    for (uint64_t at = 0; at + 5 <= size; at++) {
        if (code[at] != 0xe8) continue; /* CALL rel32 */
        uint64_t next = from + at + 5;
        visit(ctx, next + (uint64_t)(int64_t)(int32_t)gt_load32(code + at + 1), next);
    }
}

static void read_arm64(uint64_t from, const unsigned char *code, uint64_t size, gt_call_fn *visit,
                       void *ctx)
{
    for (uint64_t at = 0; at + 4 <= size; at += 4) {
        uint32_t instruction = gt_load32(code + at);
        if (instruction >> 26 != 0x25) continue; /* BL */
        int64_t distance = (int64_t)((uint64_t)(instruction & 0x3ffffff) << 38) >> 36;
        visit(ctx, from + at + (uint64_t)distance, from + at + 4);
    }
}

void gt_calls_in(const struct gt_process *process, uint64_t from, uint64_t to, gt_call_fn *visit,
                 void *ctx)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;
    const unsigned char *code = gt_mem_at(process->mem, from, to - from);

    if (code) (arm64 ? read_arm64 : read_amd64)(from, code, to - from, visit, ctx);
}

/* ---- callers ------------------------------------------------------------------------------- */

static void see_call(void *ctx, uint64_t target, uint64_t pc)
{
    const struct search *search = ctx;

    for (size_t i = 0; i < search->count; i++)
        if (search->entries[i] == target) search->visit(search->ctx, pc);
}

/* Code is read once, whatever a damaged table has as functions' ends. */
static void read_functions(struct search *search, const struct gt_pclntab *tab)
{
    uint64_t done = 0;
    struct gt_func func;

    for (size_t i = 0; i < gt_pclntab_count(tab); i++) {
        if (!gt_func_at(tab, i, &func) || func.entry < done) continue;
        done = func.end;
        gt_calls_in(search->process, func.entry, func.end, see_call, search);
    }
}

void gt_callers_of(const struct gt_process *process, const char *const *names, gt_caller_fn *visit,
                   void *ctx)
{
    struct search search = {.process = process, .visit = visit, .ctx = ctx};

    find_entries(&search, names);
    for (size_t i = 0; search.count && i < process->code.tab_count; i++)
        read_functions(&search, process->code.tabs[i]);
}
