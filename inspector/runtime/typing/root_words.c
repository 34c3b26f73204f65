/* Roots as typed words, and the variables that hold them. */
#include "inspector/runtime/goroutines/registers.h"
#include "inspector/runtime/typing/frame_words.h"
#include "inspector/runtime/typing/saved_registers.h"
#include "inspector/runtime/typing/shapes.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "inspector/runtime/typing/words.h"

enum { WORD = 8 };

/* A section of globals with pointers, and its pointer mask. */
struct section {
    uint64_t start, words;
    const unsigned char *mask;
};

static bool section_of(const struct gt_process *process, const struct gt_root *root,
                       struct section *section)
{
    const struct gt_module *module = &process->modules[root->owner];
    bool in_bss = root->addr >= module->bss && root->addr < module->ebss;
    const struct gt_bitvector *mask = in_bss ? &module->bss_mask : &module->data_mask;

    section->start = in_bss ? module->bss : module->data;
    section->words = mask->bits;
    section->mask = gt_mem_at(process->mem, mask->data, (mask->bits + 7) / 8);
    return section->mask && root->addr >= section->start;
}

/* A word of the section that is no pointer; false when it is a pointer or is absent. */
static bool scalar_at(const struct gt_process *process, const struct section *section,
                      uint64_t index, uint64_t *value)
{
    return index < section->words && !(section->mask[index / 8] >> index % 8 & 1) &&
           gt_mem_u64(process->mem, section->start + index * WORD, value);
}

/* The word of a global whose type is not known, by its shape. */
static void shape_global(const struct gt_typing *typing, const struct gt_root *root,
                         struct gt_word *word)
{
    const struct gt_process *process = typing->process;
    struct gt_surrounding around = {.value = root->value};
    struct section section;

    if (!section_of(process, root, &section)) return;
    uint64_t index = (root->addr - section.start) / WORD;
    around.has_before = scalar_at(process, &section, index - 1, &around.before);
    while (around.after < 2 &&
           scalar_at(process, &section, index + 1 + around.after, &around.next[around.after]))
        around.after++;
    gt_shape_word(typing->shapes, &around, word);
}

/* What contains a global's word: a variable, or static data that something typed points to. */
static gt_type_id holder_of_global(const struct gt_typing *typing, uint64_t addr, uint64_t *start)
{
    const struct gt_debug_global *global = gt_process_global_at(typing->process, addr);
    gt_type_id type = global ? gt_types_find(typing->types, global->type) : GT_NO_TYPE;
    const struct gt_static_area *area = type ? NULL : gt_static_area_at(typing->statics, addr);

    if (type) *start = global->addr;
    if (!area) return type;
    *start = addr - (addr - area->addr) % gt_types_get(typing->types, area->type)->size;
    return area->type;
}

static void global_word(const struct gt_typing *typing, const struct gt_root *root,
                        struct gt_word *word)
{
    struct gt_pointer_slot place;
    uint64_t words[3] = {0}, start = 0;
    gt_type_id type = holder_of_global(typing, root->addr, &start);

    if (!type) shape_global(typing, root, word);
    if (!type || !gt_types_pointer_at(typing->types, type, root->addr - start, &place)) return;
    struct gt_word typed = {.addr = root->addr};
    unsigned have = 3;
    while (have && !gt_mem_read(typing->process->mem, start + place.offset, words, have * WORD))
        have--;
    if (gt_word_from_slot(typing->types, &place, words, have, &typed) && typed.value == root->value)
        *word = typed;
}

void gt_root_word(const struct gt_typing *typing, const struct gt_root *root, struct gt_word *word)
{
    *word = (struct gt_word){.addr = root->addr, .value = root->value, .kind = GT_W_UNKNOWN};
    switch (root->kind) {
    case GT_ROOT_GLOBAL:
        global_word(typing, root, word);
        break;
    case GT_ROOT_FRAME:
        gt_frame_word(typing, root, word);
        break;
    case GT_ROOT_CONSERVATIVE:
        break;
    default:
        word->kind = GT_W_RUNTIME;
        break;
    }
}

void gt_typing_root(const struct gt_typing *typing, size_t index, struct gt_word *word)
{
    gt_root_word(typing, gt_root_at(typing->roots, index), word);
}

/* The name of the variable that contains a word. The symbols exist even with -ldflags=-w. */
static const char *name_of_global(const struct gt_typing *typing, uint64_t addr)
{
    const struct gt_debug_global *global = gt_process_global_at(typing->process, addr);
    const char *name;
    uint64_t offset;

    if (global) return global->name;
    return gt_binary_variable_at(typing->process->binary, addr, &name, &offset) ? name : NULL;
}

/* Static data without a name is named by the variable from which it was reached. */
static const char *global_variable(const struct gt_typing *typing, const struct gt_root *root,
                                   gt_type_id *type, uint64_t *offset)
{
    uint64_t start = root->addr;

    *type = holder_of_global(typing, root->addr, &start);
    *offset = root->addr - start;
    return name_of_global(typing, gt_static_first(typing->statics, root->addr));
}

/* A variable, and an address in it. */
struct found {
    const struct gt_frame_variable *variable; /* or NULL */
    uint64_t addr;
};

static struct found find_at(const struct gt_variables *variables, uint64_t addr)
{
    return (struct found){gt_variable_at(variables, addr), addr};
}

/* A root that is a register has only its value. The first register with that value and a variable
 * is taken. */
static struct found find_in_registers(const struct gt_typing *typing, const struct gt_root *root,
                                      struct gt_variables *variables)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    struct found found = {0};
    struct gt_registers registers;

    uint32_t frame = gt_frame_of_registers(typing->process, typing->goroutines, g);
    if (root->frame || frame == GT_NO_FRAME || !gt_registers_of(typing->process, g, &registers))
        return found;
    gt_register_variables(typing, g, frame, variables);
    for (size_t i = 0; i < registers.count && !found.variable; i++) {
        int number = gt_register_number(typing->process, i);
        if (registers.value[i] == root->value && number != GT_NO_REGISTER)
            found = find_at(variables, gt_register_at((uint64_t)number));
    }
    return found;
}

/* The variable of an interrupted frame, which may be in a register. */
static struct found find_interrupted(const struct gt_typing *typing, const struct gt_root *root,
                                     struct gt_variables *variables)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];

    if (!root->addr) return find_in_registers(typing, root, variables);
    int number = gt_register_saved_at(typing->process, typing->goroutines, root);
    if (number == GT_NO_REGISTER) {
        gt_frame_variables(typing, root, variables);
        return find_at(variables, root->addr);
    }
    gt_register_variables(typing, g, root->frame + 1, variables);
    return find_at(variables, gt_register_at((uint64_t)number));
}

static struct found find_in_frame(const struct gt_typing *typing, const struct gt_root *root,
                                  struct gt_variables *variables)
{
    if (root->kind == GT_ROOT_CONSERVATIVE) return find_interrupted(typing, root, variables);
    gt_frame_variables(typing, root, variables);
    return find_at(variables, root->addr);
}

static const char *frame_variable(const struct gt_typing *typing, const struct gt_root *root,
                                  gt_type_id *type, uint64_t *offset)
{
    struct gt_variables variables;
    struct found found = find_in_frame(typing, root, &variables);

    if (!found.variable || !gt_variable_has_pointer(typing, found.variable, found.addr))
        return NULL;
    *type = gt_types_find(typing->types, found.variable->type);
    *offset = found.variable->piece_offset + (found.addr - found.variable->addr);
    return found.variable->name;
}

const char *gt_typing_variable(const struct gt_typing *typing, const struct gt_root *root,
                               gt_type_id *type, uint64_t *offset)
{
    *type = GT_NO_TYPE;
    if (root->kind == GT_ROOT_GLOBAL) return global_variable(typing, root, type, offset);
    if (root->kind != GT_ROOT_FRAME && root->kind != GT_ROOT_CONSERVATIVE) return NULL;
    if (!typing->receivers) return frame_variable(typing, root, type, offset);
    return root->kind == GT_ROOT_FRAME && gt_frame_receiver(typing, root) ? "receiver" : NULL;
}
