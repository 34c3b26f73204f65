/* Decodes the whole function once, to find where branches lead. A visit then follows a list of
 * places that are to be visited, and a bitmap has the instructions that were. */
#include "inspector/runtime/waits/code_flow.h"

enum { MAX_CODE = 1 << 20 }; /* bytes of one function */

static bool decode(const struct gt_code_flow *flow, uint64_t at, struct gt_flow_step *step)
{
    step->pc = flow->func.entry + at;
    step->bytes = flow->code + at;
    step->joins = gt_bit(&flow->joins, at);
    return (flow->arm64 ? gt_instruction_arm64 : gt_instruction_amd64)(
        step->bytes, flow->size - at, step->pc, &step->instruction);
}

static bool is_inside(const struct gt_code_flow *flow, uint64_t pc)
{
    return pc >= flow->func.entry && pc - flow->func.entry < flow->size;
}

static bool leads(const struct gt_instruction *instruction)
{
    return instruction->kind == GT_FLOW_BRANCH || instruction->kind == GT_FLOW_JUMP;
}

/* Decodes each instruction once. False when one of them is not understood. */
static bool find_joins(struct gt_code_flow *flow)
{
    struct gt_flow_step step;

    for (uint64_t at = 0; at < flow->size; at += step.instruction.length) {
        if (!decode(flow, at, &step)) return false;
        if (leads(&step.instruction) && is_inside(flow, step.instruction.target))
            gt_bit_set(&flow->joins, step.instruction.target - flow->func.entry);
    }
    return true;
}

bool gt_code_flow_init(struct gt_code_flow *flow, const struct gt_process *process, uint64_t pc)
{
    const struct gt_pclntab *tab;

    *flow = (struct gt_code_flow){.process = process,
                                  .arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64};
    if (!gt_text_find(&process->code, pc, &tab, &flow->func)) return false;
    flow->size = flow->func.end - flow->func.entry;
    if (flow->func.end <= flow->func.entry || flow->size > MAX_CODE) return false;
    flow->code = gt_mem_at(process->mem, flow->func.entry, flow->size);
    if (!flow->code) return false;
    gt_bitmap_init(&flow->joins, flow->size);
    gt_bitmap_init(&flow->seen, flow->size);
    if (find_joins(flow)) return true;
    gt_code_flow_deinit(flow);
    return false;
}

void gt_code_flow_deinit(struct gt_code_flow *flow)
{
    gt_bitmap_deinit(&flow->joins);
    gt_bitmap_deinit(&flow->seen);
    gt_u64s_deinit(&flow->work);
}

/* After a jump to an address in a register, every instruction may run: the table of its targets is
 * not read. */
static void add_all(struct gt_code_flow *flow)
{
    struct gt_flow_step step;

    for (uint64_t at = 0; at < flow->size && decode(flow, at, &step); at += step.instruction.length)
        if (!gt_bit(&flow->seen, at)) gt_u64s_add(&flow->work, at);
}

/* Visits a run of instructions, each of which follows the one before. */
static void run(struct gt_code_flow *flow, uint64_t at, gt_flow_step_fn *visit, void *ctx,
                bool *all)
{
    struct gt_flow_step step;

    while (at < flow->size && !gt_bit_test_set(&flow->seen, at) && decode(flow, at, &step)) {
        const struct gt_instruction *instruction = &step.instruction;
        bool on = visit(ctx, &step);
        if (leads(instruction) && is_inside(flow, instruction->target))
            gt_u64s_add(&flow->work, instruction->target - flow->func.entry);
        if (instruction->kind == GT_FLOW_COMPUTED && !*all) {
            *all = true;
            add_all(flow);
        }
        if (!on || instruction->kind == GT_FLOW_JUMP || instruction->kind == GT_FLOW_COMPUTED ||
            instruction->kind == GT_FLOW_END)
            return;
        at += instruction->length;
    }
}

void gt_code_flow_visit(struct gt_code_flow *flow, uint64_t pc, gt_flow_step_fn *visit, void *ctx)
{
    bool all = false;

    gt_bitmap_reset(&flow->seen);
    flow->work.len = 0;
    if (is_inside(flow, pc)) gt_u64s_add(&flow->work, pc - flow->func.entry);
    while (flow->work.len)
        run(flow, flow->work.at[--flow->work.len], visit, ctx, &all);
}
