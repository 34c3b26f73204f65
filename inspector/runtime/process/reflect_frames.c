/* Recognizes a stub by its name, reads the function value that it saved at the frame's lower end,
 * and takes the mask of the arguments from the value's bit vector. A table has the layout of
 * RegArgs for each machine. */
#include "inspector/runtime/process/reflect_frames.h"

enum {
    WORD = 8,
    /* The function value: reflect.makeFuncImpl and reflect.methodValue begin with {fn uintptr;
     * stack *bitVector; argLen uintptr}, and bitVector with {n uint32; data *byte}. */
    VALUE_STACK = 8,
    VALUE_ARG_LEN = 16,
    VECTOR_DATA = 8,
    RET_VALID = 4 * WORD, /* a bool, after the word with the function value */
    MAX_ARG_WORDS = 1 << 16,
};

/* internal/abi.RegArgs: {Ints, Floats, Ptrs, ReturnIsPtr}; Ptrs are the words that may be live. */
static const struct reg_args {
    uint16_t size;
    uint8_t words; /* up to the last pointer */
    unsigned char pointers[6];
} reg_args[] = {
    [GT_MACHINE_AMD64] = {272, 9 + 15 + 9, {0, 0, 0, 0xff, 0x01}},
    [GT_MACHINE_ARM64] = {392, 16 + 16 + 16, {0, 0, 0, 0, 0xff, 0xff}},
};

static bool is_stub(const struct gt_go_frame *frame)
{
    if (frame->func.args <= INT32_MAX) return false; /* abi.ArgsSizeUnknown */
    const char *name = gt_func_name(frame->tab, &frame->func);

    return strcmp(name, "reflect.makeFuncStub") == 0 ||
           strcmp(name, "reflect.methodValueCall") == 0;
}

/* The words of the arguments, and those of the results once they are set. */
static bool read_args(const struct gt_process *process, const struct gt_go_frame *frame,
                      uint64_t saved, struct gt_reflect_frame *out)
{
    const struct gt_memory *mem = process->mem;
    uint64_t value, entry, vector, arg_len, data;
    uint32_t words;
    uint8_t ret_valid;

    if (!gt_mem_u64(mem, saved, &value) || !gt_mem_u64(mem, value, &entry) ||
        entry != frame->func.entry || !gt_mem_u64(mem, value + VALUE_STACK, &vector) ||
        !gt_mem_u64(mem, value + VALUE_ARG_LEN, &arg_len) || !gt_mem_u32(mem, vector, &words) ||
        !gt_mem_u64(mem, vector + VECTOR_DATA, &data) ||
        !gt_mem_u8(mem, saved + RET_VALID, &ret_valid) || words > MAX_ARG_WORDS)
        return false;
    if (!ret_valid && arg_len / WORD < words) words = (uint32_t)(arg_len / WORD);
    out->words = words;
    if (words) out->args = gt_mem_at(mem, data, (words + 7) / 8);
    return !words || out->args;
}

enum gt_reflect_answer gt_reflect_frame(const struct gt_process *process,
                                        const struct gt_go_frame *frame,
                                        struct gt_reflect_frame *out)
{
    const struct reg_args *regs = &reg_args[gt_core_machine(process->core)];
    const struct gt_frame_rules *rules = process->code.rules;
    uint64_t saved = frame->sp + rules->args_offset;

    *out = (struct gt_reflect_frame){0};
    if (!is_stub(frame)) return GT_NO_REFLECT;
    if (saved >= frame->fp - rules->call_bytes)
        return GT_REFLECT; /* the function has not begun: no
                            * arguments */
    out->registers = frame->varp - regs->size;
    out->registers_size = regs->size;
    out->pointers = regs->pointers;
    out->register_words = regs->words;
    return read_args(process, frame, saved, out) ? GT_REFLECT : GT_REFLECT_LOST;
}
