/* The code that may still run. The input is that of fuzz_pclntab.c: a moduledata and all that it
 * points to, code too. */
#include "inspector/runtime/waits/code_reach.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { ASKED = 64, WORD = 8 };

/* A call comes with registers that the code shows, and names a function. */
static void visit(void *ctx, const struct gt_reached_call *call)
{
    const struct gt_process *process = ctx;

    if (call->known >> GT_CALL_ARGUMENTS) abort();
    if (call->next && !gt_process_is_entry(process, call->callee)) abort();
}

/* Starts at functions, at places in them, and at all words of the input. */
static void ask(struct gt_process *process, const struct fuzz_target *target)
{
    const struct gt_pclntab *tab = process->code.tabs[0];
    struct gt_code_reach reach;
    struct gt_func func;

    gt_code_reach_init(&reach, process, visit, process);
    gt_code_reach_open(&reach);
    for (size_t i = 0; i < gt_pclntab_count(tab) && i < ASKED; i++) {
        if (!gt_func_at(tab, i, &func)) continue;
        gt_code_reach_entry(&reach, func.entry);
        gt_code_reach_frame(&reach, func.entry + i);
    }
    for (uint64_t at = 0; at + 2 * WORD <= target->size; at += WORD) {
        uint64_t word = gt_load64(target->bytes + at);
        gt_code_reach_value(&reach, word);
        gt_code_reach_interface(&reach, word, gt_load64(target->bytes + at + WORD));
    }
    gt_code_reach_follow(&reach);
    gt_code_reach_deinit(&reach);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    struct fuzz_process fuzzed;

    if (!fuzz_target_init(&target, bytes, size) || !fuzz_process_open(&fuzzed, &target)) return 0;
    ask(&fuzzed.process, &target);
    fuzz_process_close(&fuzzed);
    return 0;
}
