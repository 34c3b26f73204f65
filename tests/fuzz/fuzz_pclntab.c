/* Function tables, inline trees and unwinding. The input is a moduledata, and all that it points
 * to. */
#include "inspector/unwind/goframes.h"
#include "inspector/unwind/references.h"
#include "tests/fuzz/fuzz.h"

enum { ASKED = 64, POSITIONS = 32, STACK = 4096 };

static void count(void *ctx, uint64_t addr)
{
    *(uint64_t *)ctx += addr;
}

static void ask(const struct gt_memory *mem, const struct gt_pclntab *tab, size_t index)
{
    struct gt_source_pos places[POSITIONS];
    struct gt_func func;
    int32_t delta;
    uint64_t sum = 0;

    if (!gt_func_at(tab, index, &func)) return;
    gt_func_name(tab, &func);
    for (uint64_t pc = func.entry; pc < func.end && pc < func.entry + 64; pc += 7) {
        gt_func_spdelta(tab, &func, pc, &delta);
        gt_func_positions(tab, &func, pc, places, POSITIONS);
        gt_func_pcdata(tab, &func, GT_PCDATA_STACK_MAP, pc);
        gt_func_find(tab, pc, &func);
    }
    gt_func_funcdata(tab, &func, GT_FUNCDATA_STACK_OBJECTS);
    gt_references_amd64(mem, func.entry, func.end, count, &sum);
    gt_references_arm64(mem, func.entry, func.end, count, &sum);
}

static void unwind(const struct gt_memory *mem, struct gt_pclntab *tab,
                   const struct gt_frame_rules *rules, uint64_t pc)
{
    struct gt_text code = {.mem = mem, .rules = rules, .tabs = &tab, .tab_count = 1};
    struct gt_position at = {.pc = pc, .sp = FUZZ_BASE};
    struct gt_unwinder walk;

    gt_unwind_start(&walk, &code, &at, FUZZ_BASE, FUZZ_BASE + STACK);
    while (walk.valid)
        gt_unwind_next(&walk);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    struct gt_module module;
    struct gt_pclntab *tab;

    if (!fuzz_target_init(&target, bytes, size) || !fuzz_tables_open(&target, &module, &tab))
        return 0;
    for (size_t i = 0; i < gt_pclntab_count(tab) && i < ASKED; i++)
        ask(&target.mem, tab, i);
    unwind(&target.mem, tab, &gt_frames_amd64, module.text);
    unwind(&target.mem, tab, &gt_frames_arm64, module.text);
    gt_pclntab_close(tab);
    return 0;
}
