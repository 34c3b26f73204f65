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

static void see_call(const struct search *search, uint64_t target, uint64_t next)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->entries[i] == target) search->visit(search->ctx, next);
}

static void read_amd64(const struct search *search, uint64_t entry, const unsigned char *code,
                       uint64_t size)
{
    for (uint64_t at = 0; at + 5 <= size; at++) {
        if (code[at] != 0xe8) continue; /* CALL rel32 */
        uint64_t next = entry + at + 5;
        see_call(search, next + (uint64_t)(int64_t)(int32_t)gt_load32(code + at + 1), next);
    }
}

static void read_arm64(const struct search *search, uint64_t entry, const unsigned char *code,
                       uint64_t size)
{
    for (uint64_t at = 0; at + 4 <= size; at += 4) {
        uint32_t instruction = gt_load32(code + at);
        if (instruction >> 26 != 0x25) continue; /* BL */
        int64_t distance = (int64_t)((uint64_t)(instruction & 0x3ffffff) << 38) >> 36;
        see_call(search, entry + at + (uint64_t)distance, entry + at + 4);
    }
}

/* Code is read once, whatever a damaged table says of functions' ends. */
static void read_functions(const struct search *search, const struct gt_pclntab *tab)
{
    bool arm64 = gt_core_machine(search->process->core) == GT_MACHINE_ARM64;
    uint64_t done = 0;
    struct gt_func func;

    for (size_t i = 0; i < gt_pclntab_count(tab); i++) {
        if (!gt_func_at(tab, i, &func) || func.entry < done) continue;
        done = func.end;
        const unsigned char *code =
            gt_mem_at(search->process->mem, func.entry, func.end - func.entry);
        if (code)
            (arm64 ? read_arm64 : read_amd64)(search, func.entry, code, func.end - func.entry);
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
