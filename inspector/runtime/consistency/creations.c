/* Checks where goroutines were started (g.gopc) against what started there (g.startpc): the go
 * statement is a call of runtime.newproc with the function's func value (runtime/proc.go). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/hash.h"
#include "inspector/runtime/process/callers.h"
#include "inspector/runtime/process/code_references.h"

enum {
    AMD64_CALL = 5, /* bytes of CALL rel32 */
    AMD64_LEA = 7,  /* of LEAQ rel32(RIP), AX */
    ARM64_CALL = 4,
    ARM64_ADDRESS = 8, /* of ADRP and ADD */
    MOST_READ = 8 << 20,
};

/* The functions that give a new goroutine their caller's place as the go statement's. */
static bool starts_goroutines(const char *function)
{
    static const char *const names[] = {"runtime.newproc", "runtime.newcoro",
                                        "runtime.debugCallWrap", "internal/synctest.Run"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(function, names[i]) == 0) return true;
    return false;
}

/* The compiler makes such a function for one go statement (from 1.22 to 1.27), and no other code
 * refers to it. */
static bool is_wrapper(const struct gt_process *process, uint64_t entry)
{
    const char *last = strrchr(gt_process_function(process, entry), '.');

    return last && strncmp(last, ".gowrap", strlen(".gowrap")) == 0;
}

static bool is_arm64(const struct gt_process *process)
{
    return gt_core_machine(process->core) == GT_MACHINE_ARM64;
}

struct site {
    const struct gt_process *process;
    uint64_t made, start; /* g.gopc, g.startpc */
    const struct gt_pclntab *tab;
    struct gt_func func;   /* in which the go statement is */
    uint64_t call, target; /* the call before gopc; target 0: none by its address */
    bool refers;           /* the function refers to `start` */
};

static void see_target(void *ctx, uint64_t target, uint64_t pc)
{
    struct site *site = ctx;

    if (pc == site->made) site->target = target;
}

/* The address is that of the code, or that of a func value that leads to it. */
static void see_reference(void *ctx, uint64_t addr)
{
    struct site *site = ctx;
    uint64_t entry;

    site->refers |= addr == site->start ||
                    (gt_mem_u64(site->process->mem, addr, &entry) && entry == site->start);
}

/* The compiler gives the wrapper the go statement's line, wherever it puts its code. */
static bool wraps_it(struct site *site)
{
    const struct gt_process *process = site->process;
    struct gt_source_pos made, wrapper;
    const struct gt_pclntab *tab;
    struct gt_func func;

    gt_code_references_in(process, site->func.entry, site->func.end, see_reference, site);
    if (!site->refers) return false;
    if (!gt_text_find(&process->code, site->start, &tab, &func) ||
        !gt_func_positions(tab, &func, site->start, &wrapper, 1) ||
        !gt_func_positions(site->tab, &site->func, site->made - 1, &made, 1))
        return true;
    return made.line == wrapper.line;
}

static void see_argument(void *ctx, uint64_t addr)
{
    *(uint64_t *)ctx = addr;
}

/* Is the argument a func value that the linker wrote, of another function? */
static bool passes_another(const struct site *site)
{
    static const unsigned char lea[] = {0x48, 0x8d, 0x05};
    const struct gt_process *process = site->process;
    uint64_t size = is_arm64(process) ? ARM64_ADDRESS : AMD64_LEA, addr = 0, entry;
    const unsigned char *code = gt_mem_at(process->mem, site->call - size, size);

    if (!code) return false;
    if (is_arm64(process))
        gt_code_references_in(process, site->call - size, site->call, see_argument, &addr);
    else if (memcmp(code, lea, sizeof lea) == 0)
        addr = site->call + (uint64_t)(int64_t)(int32_t)gt_load32(code + sizeof lea);
    return gt_mem_u64(process->mem, addr, &entry) && gt_process_is_entry(process, entry) &&
           entry != site->start;
}

/* Does the go statement at gopc start the function? Says nothing of a func value that the statement
 * was given. */
static bool starts_it(struct site *site)
{
    if (passes_another(site)) return false;
    return !is_wrapper(site->process, site->start) || wraps_it(site);
}

/* The function in which the go statement is; false if its code is not read. */
static bool find_function(struct site *site, uint64_t *left)
{
    const struct gt_process *process = site->process;

    if (!gt_text_find(&process->code, site->made - 1, &site->tab, &site->func)) return false;
    uint64_t size = site->func.end - site->func.entry;
    site->call = site->made - (is_arm64(process) ? ARM64_CALL : AMD64_CALL);
    if (size > *left || site->call < site->func.entry ||
        !gt_mem_at(process->mem, site->func.entry, size))
        return false;
    *left -= size;
    return true;
}

/* A call of a function outside of Go's code goes through a table of the linker's. */
static bool is_sound(struct site *site)
{
    const struct gt_process *process = site->process;
    const struct gt_pclntab *tab;
    struct gt_func called;

    gt_calls_in(process, site->call, site->made, see_target, site);
    if (!site->target || !gt_text_find(&process->code, site->target, &tab, &called))
        return gt_follows_call(process, site->made);
    return starts_goroutines(gt_process_function(process, site->target)) &&
           (!gt_process_is_entry(process, site->start) || starts_it(site));
}

/* Checks each go statement once for each function. Of a damaged table's functions, no more than
 * MOST_READ bytes are read. */
void gt_consistency_of_creations(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    struct gt_map seen = {0};
    uint64_t left = MOST_READ;

    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        struct site site = {.process = process, .made = g->go_pc, .start = g->start_pc};
        bool added = false;
        if (g->go_pc && g->start_pc) gt_map_put(&seen, g->go_pc ^ g->start_pc << 32, &added);
        if (!added || !find_function(&site, &left) || is_sound(&site)) continue;
        gt_contradict(&process->contradictions, GT_CONTRADICTION_CREATIONS, 1, g->address);
    }
    gt_map_deinit(&seen);
}
