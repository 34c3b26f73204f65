/* Words of frames whose variables nothing describes. For arguments, the compiler records for
 * tracebacks which words are one string, slice or struct, and which still hold the argument. A
 * local slice is recognized by its capacity. */
#include "gotypes/code/arguments.h"
#include "inspector/runtime/heap/size_classes.h"
#include "inspector/runtime/typing/frame_words.h"
#include "inspector/runtime/typing/saved_registers.h"
#include "inspector/runtime/typing/shapes.h"
#include "inspector/unwind/stack_loads.h"

enum {
    WORD = 8,
    PAGE = 8192,
    LEAST_CAPACITY = 16,   /* smaller numbers are beside a pointer by chance */
    MOST_FRAME = 16 << 10, /* bytes of a frame that are searched */
};

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
 * then the slice ends with its length, as far as the frame shows. What the stack had before is in
 * the capacity's slot, and any number may be. */
static bool complete_slice(const struct gt_shapes *shapes, const struct arguments *arguments,
                           size_t entry, struct gt_surrounding *around)
{
    size_t end = entry + 3;

    if (end >= arguments->count || arguments->list[entry - 1].kind != GT_ARGUMENT_OPEN ||
        arguments->list[end].kind != GT_ARGUMENT_CLOSE || !around->after || !around->next[0])
        return false;
    if (gt_shape_has_capacity(shapes, around)) return false;
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
    bool uncapped = complete_slice(typing->shapes, &arguments, entry, &around);
    gt_shape_word(typing->shapes, &around, word);
    word->uncapped = uncapped && word->kind == GT_P_SLICE;
}

/* ---- local slices ---------------------------------------------------------------------------- */

struct local_frame { /* of a function that waits in a call */
    uint64_t sp, end, pc, code_end;
};

static bool read_frame(const struct gt_typing *typing, const struct gt_root *root,
                       struct local_frame *out)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!root->frame || root->frame >= g->frame_count || !root->addr) return false;
    const struct gt_frame *frame = gt_g_frame(typing->goroutines, g, root->frame);
    if (!gt_text_find(&typing->process->code, frame->pc, &tab, &func)) return false;
    *out = (struct local_frame){gt_g_frame(typing->goroutines, g, root->frame - 1)->cfa, frame->cfa,
                                frame->pc, func.end};
    return out->end > out->sp && out->end - out->sp <= MOST_FRAME;
}

static bool is_read(const struct gt_process *process, const struct local_frame *frame,
                    uint64_t addr)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    return (arm64 ? gt_loads_slot_arm64 : gt_loads_slot_amd64)(process->mem, frame->pc,
                                                               frame->code_end, addr - frame->sp);
}

/* Does the allocator use a slot of this size for so many bytes? */
static bool has_slot(uint64_t bytes, uint64_t slot)
{
    uint64_t wanted = gt_slot_for(bytes);

    return wanted == slot || (wanted == bytes && (bytes + PAGE - 1) / PAGE * PAGE == slot);
}

/* Is the block as large as the allocator makes one for so many elements? */
static bool has_capacity(const struct gt_typing *typing, uint32_t object, uint64_t cap)
{
    const struct gt_goheap *heap = typing->heap;
    uint64_t slot = gt_heap_size(&heap->graph, object), header = gt_goheap_header(heap, object);
    gt_type_id type = header ? gt_types_at(typing->types, header) : (gt_type_id)GT_NO_TYPE;

    if (cap > slot) return false;
    if (type) return has_slot(cap * gt_types_get(typing->types, type)->size + WORD, slot);
    if (object < heap->graph.scan_objects) return false;
    for (uint64_t size = 1; size <= WORD; size *= 2)
        if (has_slot(cap * size, slot)) return true;
    return false;
}

/* A slice covers its whole block if its capacity is that of the block, and the code reads the
 * capacity when the call has returned. The compiler keeps a slice as three variables, and orders
 * those without pointers by their names, so the capacity lies beside the length (cmd/compile,
 * cmpstackvarlt). A length as long as the block has the same effect. The word before it need not be
 * the slice's length, so all elements count as used. */
void gt_shape_local(const struct gt_typing *typing, const struct gt_root *root,
                    struct gt_word *word)
{
    const struct gt_memory *mem = typing->process->mem;
    struct gt_surrounding around = {.value = root->value, .after = 2};
    uint32_t object = gt_heap_object(&typing->heap->graph, root->value);
    struct local_frame frame;
    uint64_t user;

    if (object == GT_NO_OBJECT || gt_goheap_user(typing->heap, object, &user) != root->value ||
        !read_frame(typing, root, &frame))
        return;
    for (uint64_t addr = frame.sp; addr + 2 * (uint64_t)WORD <= frame.end; addr += WORD) {
        if (!gt_mem_read(mem, addr, around.next, sizeof around.next)) return;
        uint64_t len = around.next[0], cap = around.next[1];
        if (cap < LEAST_CAPACITY || len > cap || !has_capacity(typing, object, cap)) continue;
        if (!is_read(typing->process, &frame, addr + WORD)) continue;
        gt_shape_word(typing->shapes, &around, word);
        if (word->kind == GT_P_SLICE) word->len = word->cap;
        return;
    }
}
