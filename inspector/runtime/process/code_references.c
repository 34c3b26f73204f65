/* Reads the functions in the order of their tables, and passes over one that begins before the last
 * one ended. */
#include "inspector/runtime/process/code_references.h"

#include "inspector/unwind/references.h"

struct reader { /* of one function */
    uint64_t entry;
    gt_code_reference_fn *visit;
    void *ctx;
};

static void visit_target(void *ctx, uint64_t target)
{
    const struct reader *reader = ctx;

    reader->visit(reader->ctx, reader->entry, target);
}

void gt_code_references_in(const struct gt_process *process, uint64_t from, uint64_t to,
                           gt_target_fn *visit, void *ctx)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    (arm64 ? gt_references_arm64 : gt_references_amd64)(process->mem, from, to, visit, ctx);
}

static void read_functions(const struct gt_process *process, const struct gt_pclntab *tab,
                           struct reader *reader)
{
    uint64_t done = 0;
    struct gt_func func;

    for (size_t i = 0; i < gt_pclntab_count(tab); i++) {
        if (!gt_func_at(tab, i, &func) || func.entry < done) continue;
        done = func.end;
        reader->entry = func.entry;
        gt_code_references_in(process, func.entry, func.end, visit_target, reader);
    }
}

void gt_code_references(const struct gt_process *process, gt_code_reference_fn *visit, void *ctx)
{
    struct reader reader = {.visit = visit, .ctx = ctx};

    for (size_t i = 0; i < process->code.tab_count; i++)
        read_functions(process, process->code.tabs[i], &reader);
}
