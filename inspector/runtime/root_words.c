/* Roots as typed words: globals by their DWARF types, frames by their variables. */
#include "inspector/runtime/receivers.h"
#include "inspector/runtime/registers.h"
#include "inspector/runtime/saved_registers.h"
#include "inspector/runtime/shapes.h"
#include "inspector/runtime/static_areas.h"
#include "inspector/runtime/typing_impl.h"
#include "inspector/runtime/words.h"

enum {
    WORD = 8,
    MAX_PIECES = 256, /* variables of one frame that are looked at */
};

/* The variables of the frame a root lies in, as far as they are near its address. */
struct variables {
    struct gt_frame_variable list[MAX_PIECES];
    size_t count;
};

static void collect_variable(void *ctx, const struct gt_frame_variable *variable)
{
    struct variables *variables = ctx;

    if (variables->count < MAX_PIECES) variables->list[variables->count++] = *variable;
}

static void frame_variables(const struct gt_typing *typing, const struct gt_root *root,
                            struct variables *out)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    const struct gt_frame *frame;

    out->count = 0;
    if (!typing->process->dwarf || root->frame >= g->frame_count || !root->addr) return;
    frame = gt_g_frame(typing->goroutines, g, root->frame);
    bool at_pc = gt_frame_interrupted(typing->process, typing->goroutines, g, root->frame);
    gt_dwarf_variables(typing->process->dwarf, frame->pc - !at_pc, frame->cfa, collect_variable,
                       out);
}

/* Those in registers, of a frame that was interrupted. */
static void register_variables(const struct gt_typing *typing, const struct gt_goroutine *g,
                               uint32_t frame, struct variables *out)
{
    out->count = 0;
    if (!typing->process->dwarf || frame >= g->frame_count) return;
    gt_dwarf_register_variables(typing->process->dwarf,
                                gt_g_frame(typing->goroutines, g, frame)->pc, collect_variable,
                                out);
}

/* The compiler may list what it split a variable into beside it: "data.ptr" beside "data". */
static bool is_part(const struct gt_frame_variable *part, const struct gt_frame_variable *whole)
{
    size_t length = strlen(whole->name);

    return strncmp(part->name, whole->name, length) == 0 && part->name[length] == '.';
}

/* The variable that lies at addr; NULL when none does, or when several share the slot: the compiler
 * lets variables of disjoint lives do so, and gives `big` and `big[:n]` one slot for the pointer
 * they have in common, so that nothing says whose length counts. */
static const struct gt_frame_variable *variable_at(const struct variables *variables, uint64_t addr)
{
    const struct gt_frame_variable *found = NULL;

    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *here = &variables->list[i];
        if (addr - here->addr >= here->size) continue;
        if (found && is_part(here, found)) continue;
        if (found && is_part(found, here)) found = NULL;
        if (found &&
            (strcmp(found->name, here->name) != 0 || found->type.rtype != here->type.rtype ||
             found->type.debug != here->type.debug))
            return NULL;
        if (!found) found = here;
    }
    return found;
}

/* Whether the variable's type has a pointer at addr, as the stack map says. The other way round
 * says nothing: a variable keeps its place when nothing uses it any more, and a map leaves it out.
 */
static bool has_pointer(const struct gt_typing *typing, const struct gt_frame_variable *variable,
                        uint64_t addr)
{
    gt_type_id type = gt_types_find(typing->types, variable->type);
    uint64_t offset = variable->piece_offset + (addr - variable->addr);
    struct gt_place_of_type place;

    if (!type) return true;
    if (!gt_types_place_at(typing->types, type, offset, &place)) return false;
    return place.kind == GT_P_EFACE || place.kind == GT_P_IFACE || place.offset == offset;
}

/* A typed piece of a frame's memory: a variable, or what a pointer variable leads to in the same
 * stack (b := &request{} that does not escape has no name of its own). */
struct piece {
    gt_type_id type;
    uint64_t addr, size; /* what of it lies together in memory */
    uint64_t offset;     /* of that in the whole */
};

static bool piece_of_variable(const struct gt_typing *typing, const struct variables *variables,
                              uint64_t addr, struct piece *piece)
{
    const struct gt_frame_variable *variable = variable_at(variables, addr);

    if (!variable) return false;
    *piece = (struct piece){gt_types_find(typing->types, variable->type), variable->addr,
                            variable->size, variable->piece_offset};
    return piece->type != GT_NO_TYPE;
}

static bool piece_pointed_to(const struct gt_typing *typing, const struct variables *variables,
                             uint64_t addr, struct piece *piece)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *variable = &variables->list[i];
        gt_type_id type = gt_types_find(typing->types, variable->type);
        if (!type || gt_types_get(typing->types, type)->kind != GT_T_POINTER) continue;
        if (variable_at(variables, variable->addr) != variable) continue;
        *piece = (struct piece){.type = gt_types_elem(typing->types, type)};
        if (!piece->type || !gt_mem_u64(typing->process->mem, variable->addr, &piece->addr))
            continue;
        piece->size = gt_types_get(typing->types, piece->type)->size;
        if (addr - piece->addr < piece->size) return true;
    }
    return false;
}

/* The words of a place, as far as they lie together with the piece. A length that lives elsewhere
 * is not looked for: a word whose length is not known is a word of unknown kind. */
static unsigned words_of_piece(const struct gt_typing *typing, const struct piece *piece,
                               uint64_t offset, uint64_t *words)
{
    unsigned have = 0;

    if (offset < piece->offset) return 0;
    uint64_t at = offset - piece->offset;
    while (have < 3 && at + (have + 1) * WORD <= piece->size &&
           gt_mem_u64(typing->process->mem, piece->addr + at + have * WORD, &words[have]))
        have++;
    return have;
}

/* What the frame's receiver points to, if the root is that. */
static gt_type_id receiver_of(const struct gt_typing *typing, const struct gt_root *root)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];

    if (!typing->receivers || root->frame >= g->frame_count || !root->addr) return GT_NO_TYPE;
    return gt_receiver_at(typing->receivers, gt_g_frame(typing->goroutines, g, root->frame),
                          root->frame == 0 && g->from_signal, root->addr);
}

static void receiver_word(const struct gt_typing *typing, const struct gt_root *root,
                          struct gt_word *word)
{
    gt_type_id type = receiver_of(typing, root);

    if (!type) return;
    word->kind = GT_P_POINTER;
    word->type = type;
}

static void frame_word(const struct gt_typing *typing, const struct gt_root *root,
                       struct gt_word *word)
{
    struct variables variables;
    struct gt_place_of_type place;
    struct piece piece;
    uint64_t words[3];

    if (typing->receivers) {
        receiver_word(typing, root, word);
        return;
    }
    frame_variables(typing, root, &variables);
    const struct gt_frame_variable *variable = variable_at(&variables, root->addr);
    word->disputed = variable && !has_pointer(typing, variable, root->addr);
    if (word->disputed) return;
    if (!piece_of_variable(typing, &variables, root->addr, &piece) &&
        !piece_pointed_to(typing, &variables, root->addr, &piece))
        return;
    uint64_t offset = piece.offset + (root->addr - piece.addr);
    if (!gt_types_place_at(typing->types, piece.type, offset, &place)) return;
    unsigned have = words_of_piece(typing, &piece, place.offset, words);
    struct gt_word typed = {.addr = root->addr};
    if (have && gt_word_from_place(typing->types, &place, words, have, &typed) &&
        typed.value == root->value)
        *word = typed;
}

/* A section of globals that hold pointers, and which of its words do. */
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

/* A word of the section that is no pointer; false when it is one, or is not there. */
static bool scalar_at(const struct gt_process *process, const struct section *section,
                      uint64_t index, uint64_t *value)
{
    return index < section->words && !(section->mask[index / 8] >> index % 8 & 1) &&
           gt_mem_u64(process->mem, section->start + index * WORD, value);
}

/* A global whose type is not known. */
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

/* What the word of a global lies in: a variable, or static data that something typed points to. */
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
    struct gt_place_of_type place;
    uint64_t words[3] = {0}, start = 0;
    gt_type_id type = holder_of_global(typing, root->addr, &start);

    if (!type) shape_global(typing, root, word);
    if (!type || !gt_types_place_at(typing->types, type, root->addr - start, &place)) return;
    struct gt_word typed = {.addr = root->addr};
    unsigned have = 3;
    while (have && !gt_mem_read(typing->process->mem, start + place.offset, words, have * WORD))
        have--;
    if (gt_word_from_place(typing->types, &place, words, have, &typed) &&
        typed.value == root->value)
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
        frame_word(typing, root, word);
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

/* The name of the variable that a word lies in; -ldflags=-w leaves the symbols. */
static const char *name_of_global(const struct gt_typing *typing, uint64_t addr)
{
    const struct gt_debug_global *global = gt_process_global_at(typing->process, addr);
    const char *name;
    uint64_t offset;

    if (global) return global->name;
    return gt_binary_variable_at(typing->process->binary, addr, &name, &offset) ? name : NULL;
}

/* Static data without a name is told by the variable from which it was reached. */
static const char *global_variable(const struct gt_typing *typing, const struct gt_root *root,
                                   gt_type_id *type, uint64_t *offset)
{
    uint64_t start = root->addr;

    *type = holder_of_global(typing, root->addr, &start);
    *offset = root->addr - start;
    return name_of_global(typing, gt_static_first(typing->statics, root->addr));
}

/* A variable, and the place in it. */
struct found {
    const struct gt_frame_variable *variable; /* or NULL */
    uint64_t addr;
};

static struct found find_at(const struct variables *variables, uint64_t addr)
{
    return (struct found){variable_at(variables, addr), addr};
}

/* A register's root says its value only: the first of those that have it and are a variable's. */
static struct found find_in_registers(const struct gt_typing *typing, const struct gt_root *root,
                                      struct variables *variables)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    struct found found = {0};
    struct gt_registers registers;

    uint32_t frame = gt_frame_of_registers(typing->process, typing->goroutines, g);
    if (root->frame || frame == GT_NO_FRAME || !gt_registers_of(typing->process, g, &registers))
        return found;
    register_variables(typing, g, frame, variables);
    for (size_t i = 0; i < registers.count && !found.variable; i++) {
        int number = gt_register_number(typing->process, i);
        if (registers.value[i] == root->value && number != GT_NO_REGISTER)
            found = find_at(variables, gt_register_at((uint64_t)number));
    }
    return found;
}

/* The variable of a frame that was interrupted, which may be in a register. */
static struct found find_interrupted(const struct gt_typing *typing, const struct gt_root *root,
                                     struct variables *variables)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];

    if (!root->addr) return find_in_registers(typing, root, variables);
    int number = gt_register_saved_at(typing->process, typing->goroutines, root);
    if (number == GT_NO_REGISTER) {
        frame_variables(typing, root, variables);
        return find_at(variables, root->addr);
    }
    register_variables(typing, g, root->frame + 1, variables);
    return find_at(variables, gt_register_at((uint64_t)number));
}

static struct found find_in_frame(const struct gt_typing *typing, const struct gt_root *root,
                                  struct variables *variables)
{
    if (root->kind == GT_ROOT_CONSERVATIVE) return find_interrupted(typing, root, variables);
    frame_variables(typing, root, variables);
    return find_at(variables, root->addr);
}

static const char *frame_variable(const struct gt_typing *typing, const struct gt_root *root,
                                  gt_type_id *type, uint64_t *offset)
{
    struct variables variables;
    struct found found = find_in_frame(typing, root, &variables);

    if (!found.variable || !has_pointer(typing, found.variable, found.addr)) return NULL;
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
    return root->kind == GT_ROOT_FRAME && receiver_of(typing, root) ? "receiver" : NULL;
}
