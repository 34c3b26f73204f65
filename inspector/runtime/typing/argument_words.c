/* Words of arguments in frames, by what the compiler records for tracebacks. It has no types, but
 * it tells which words are one string, slice or struct, and which still hold the argument. */
#include "gotypes/code/arguments.h"
#include "inspector/runtime/typing/frame_words.h"
#include "inspector/runtime/typing/saved_registers.h"
#include "inspector/runtime/typing/shapes.h"

enum { WORD = 8 };

struct arguments { /* of one frame */
    struct gt_argument list[GT_MAX_ARGUMENTS];
    size_t count;
    uint64_t addr; /* of the first */
};

static bool read_arguments(const struct gt_typing *typing, const struct gt_root *root,
                           struct arguments *arguments)
{
    const struct gt_process *process = typing->process;
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (root->frame >= g->frame_count || !root->addr) return false;
    const struct gt_frame *frame = gt_g_frame(typing->goroutines, g, root->frame);
    arguments->addr = frame->cfa + process->code.rules->args_offset;
    if (root->addr < arguments->addr || !gt_text_find(&process->code, frame->pc, &tab, &func))
        return false;
    bool at_pc = gt_frame_interrupted(process, typing->goroutines, g, root->frame);
    arguments->count =
        gt_func_arguments(tab, &func, frame->pc - !at_pc, arguments->list, GT_MAX_ARGUMENTS);
    return arguments->count != 0;
}

/* The entry of a whole word at an offset; or count. */
static size_t entry_at(const struct arguments *arguments, uint64_t offset)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const struct gt_argument *argument = &arguments->list[i];
        if (argument->kind == GT_ARGUMENT_WORD && argument->size == WORD &&
            argument->offset == offset)
            return i;
    }
    return arguments->count;
}

/* Is the entry the word of the same argument that follows, or precedes, by `words` words? */
static bool is_beside(const struct arguments *arguments, size_t entry, size_t other, int words)
{
    if (other >= arguments->count) return false;
    const struct gt_argument *argument = &arguments->list[other];

    return argument->kind == GT_ARGUMENT_WORD && argument->live && argument->size == WORD &&
           argument->offset == arguments->list[entry].offset + words * WORD;
}

/* A slice has three words. The compiler does not store a capacity that the function never uses:
 * then the slice ends with its length, as far as the frame tells. */
static bool complete_slice(const struct arguments *arguments, size_t entry,
                           struct gt_surrounding *around)
{
    size_t end = entry + 3;

    if (end >= arguments->count || arguments->list[entry - 1].kind != GT_ARGUMENT_OPEN ||
        arguments->list[end].kind != GT_ARGUMENT_CLOSE || !around->after || !around->next[0])
        return false;
    if (around->after == 2 && around->next[1] >= around->next[0]) return false;
    around->after = 2;
    around->next[1] = around->next[0];
    return true;
}

/* The words of an argument lie between the entries that open and close it, so neighbours in the
 * list belong to one argument. */
void gt_shape_argument(const struct gt_typing *typing, const struct gt_root *root,
                       struct gt_word *word)
{
    const struct gt_memory *mem = typing->process->mem;
    struct gt_surrounding around = {.value = root->value};
    struct arguments arguments;

    if (!read_arguments(typing, root, &arguments)) return;
    size_t entry = entry_at(&arguments, root->addr - arguments.addr);
    if (entry == 0 || entry >= arguments.count) return; /* no struct around it */
    around.has_before = is_beside(&arguments, entry, entry - 1, -1) &&
                        gt_mem_u64(mem, root->addr - WORD, &around.before);
    while (around.after < 2 &&
           is_beside(&arguments, entry, entry + 1 + around.after, (int)around.after + 1) &&
           gt_mem_u64(mem, root->addr + (around.after + 1) * (uint64_t)WORD,
                      &around.next[around.after]))
        around.after++;
    if (!around.has_before && !around.after) return;
    bool uncapped = complete_slice(&arguments, entry, &around);
    gt_shape_word(typing->shapes, &around, word);
    word->uncapped = uncapped && word->kind == GT_P_SLICE;
}
