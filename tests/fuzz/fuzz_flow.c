/* The flow of control in functions. The input is that of fuzz_pclntab.c: a moduledata and all that
 * it points to, code too. */
#include "inspector/runtime/waits/code_flow.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { ASKED = 64 };

struct visits {
    const struct gt_code_flow *flow;
    uint64_t count;
};

/* Each byte begins at most one visited instruction, which lies in the function. */
static bool visit(void *ctx, const struct gt_flow_step *step)
{
    struct visits *visits = ctx;
    uint64_t at = step->pc - visits->flow->func.entry;

    if (at >= visits->flow->size || step->instruction.length > visits->flow->size - at ||
        ++visits->count > visits->flow->size)
        abort();
    return step->instruction.target % 2;
}

static void ask(const struct gt_process *process, const struct gt_pclntab *tab, size_t index)
{
    struct gt_code_flow flow;
    struct gt_func func;

    if (!gt_func_at(tab, index, &func) || !gt_code_flow_init(&flow, process, func.entry)) return;
    for (uint64_t at = 0; at < flow.size && at < ASKED; at += 1 + at) {
        struct visits visits = {.flow = &flow};
        gt_code_flow_visit(&flow, flow.func.entry + at, visit, &visits);
    }
    gt_code_flow_deinit(&flow);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    struct fuzz_process fuzzed;

    if (!fuzz_target_init(&target, bytes, size) || !fuzz_process_open(&fuzzed, &target)) return 0;
    for (size_t i = 0; i < gt_pclntab_count(fuzzed.tab) && i < ASKED; i++)
        ask(&fuzzed.process, fuzzed.tab, i);
    fuzz_process_close(&fuzzed);
    return 0;
}
