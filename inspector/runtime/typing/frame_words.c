/* Words of frames, typed by the frames' variables. */
#include "inspector/runtime/typing/frame_words.h"

#include "inspector/runtime/functions/dictionaries.h"
#include "inspector/runtime/goroutines/receivers.h"
#include "inspector/runtime/goroutines/registers.h"
#include "inspector/runtime/typing/saved_registers.h"
#include "inspector/runtime/typing/shapes.h"
#include "inspector/runtime/typing/words.h"
#include "inspector/runtime/waits/waiting_values.h"

enum { WORD = 8 };

struct collector {
    const struct gt_typing *typing;
    const struct gt_goroutine *g;
    uint32_t frame;
    struct gt_variables *out;
};

static void collect_variable(void *ctx, const struct gt_frame_variable *variable)
{
    const struct collector *collector = ctx;
    const struct gt_typing *typing = collector->typing;
    struct gt_variables *out = collector->out;

    if (out->count == GT_MAX_PIECES) return;
    struct gt_frame_variable *kept = &out->list[out->count++];
    *kept = *variable;
    if (!variable->parameter) return;
    gt_type_id real = gt_dictionary_type(typing->dictionaries, typing->goroutines, collector->g,
                                         collector->frame, variable);
    if (real) kept->type = gt_types_get(typing->types, real)->ref;
}

void gt_frame_variables(const struct gt_typing *typing, const struct gt_root *root,
                        struct gt_variables *out)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    struct collector collector = {typing, g, root->frame, out};
    const struct gt_frame *frame;

    out->count = 0;
    if (!typing->process->dwarf || root->frame >= g->frame_count || !root->addr) return;
    frame = gt_g_frame(typing->goroutines, g, root->frame);
    bool at_pc = gt_frame_interrupted(typing->process, typing->goroutines, g, root->frame);
    gt_dwarf_variables(typing->process->dwarf, frame->pc - !at_pc, frame->cfa, collect_variable,
                       &collector);
}

/* The variables in registers, of a frame that was interrupted. */
void gt_register_variables(const struct gt_typing *typing, const struct gt_goroutine *g,
                           uint32_t frame, struct gt_variables *out)
{
    struct collector collector = {typing, g, frame, out};

    out->count = 0;
    if (!typing->process->dwarf || frame >= g->frame_count) return;
    gt_dwarf_register_variables(typing->process->dwarf,
                                gt_g_frame(typing->goroutines, g, frame)->pc, collect_variable,
                                &collector);
}

/* The compiler may list a part of a variable that it split beside the variable: "data.ptr" beside
 * "data". */
static bool is_part(const struct gt_frame_variable *part, const struct gt_frame_variable *whole)
{
    size_t length = strlen(whole->name);

    return strncmp(part->name, whole->name, length) == 0 && part->name[length] == '.';
}

static bool has_whole(const struct gt_variables *variables, const struct gt_frame_variable *part)
{
    for (size_t i = 0; i < variables->count; i++)
        if (is_part(part, &variables->list[i])) return true;
    return false;
}

/* The variable at addr; NULL when there is none, or when several share the slot. The compiler lets
 * variables with disjoint lifetimes share one. It also gives `big` and `big[:n]` one slot for their
 * common pointer, so the length is not known. */
const struct gt_frame_variable *gt_variable_at(const struct gt_variables *variables, uint64_t addr)
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

/* Whether the variable's type has a pointer at addr, as the stack map says. The reverse proves
 * nothing: a variable keeps its slot after its last use, and then the stack map leaves it out. */
bool gt_variable_has_pointer(const struct gt_typing *typing,
                             const struct gt_frame_variable *variable, uint64_t addr)
{
    gt_type_id type = gt_types_find(typing->types, variable->type);
    uint64_t offset = variable->piece_offset + (addr - variable->addr);
    struct gt_pointer_slot place;

    if (!type) return true;
    if (!gt_types_pointer_at(typing->types, type, offset, &place)) return false;
    return place.kind == GT_P_EFACE || place.kind == GT_P_IFACE || place.kind == GT_P_REFLECT ||
           place.kind == GT_P_SLOG || place.offset == offset;
}

/* A typed piece of a frame's memory: a variable, or the target of a pointer variable in the same
 * stack (b := &request{} that does not escape has no name of its own). */
struct piece {
    gt_type_id type;
    uint64_t addr, size; /* the contiguous memory of the piece */
    uint64_t offset;     /* of the piece in the whole value */
    uint64_t entry;      /* of the variable; 0: not a variable */
};

static struct piece piece_of(const struct gt_typing *typing,
                             const struct gt_frame_variable *variable)
{
    return (struct piece){gt_types_find(typing->types, variable->type), variable->addr,
                          variable->size, variable->piece_offset, variable->entry};
}

static bool piece_of_variable(const struct gt_typing *typing, const struct gt_variables *variables,
                              uint64_t addr, struct piece *piece)
{
    const struct gt_frame_variable *variable = gt_variable_at(variables, addr);

    if (variable) *piece = piece_of(typing, variable);
    return variable && piece->type != GT_NO_TYPE;
}

static bool piece_pointed_to(const struct gt_typing *typing, const struct gt_variables *variables,
                             uint64_t addr, struct piece *piece)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *variable = &variables->list[i];
        gt_type_id type = gt_types_find(typing->types, variable->type);
        if (!type || gt_types_get(typing->types, type)->kind != GT_T_POINTER) continue;
        if (gt_variable_at(variables, variable->addr) != variable) continue;
        *piece = (struct piece){.type = gt_types_elem(typing->types, type)};
        if (!piece->type || !gt_mem_u64(typing->process->mem, variable->addr, &piece->addr))
            continue;
        piece->size = gt_types_get(typing->types, piece->type)->size;
        if (addr - piece->addr < piece->size) return true;
    }
    return false;
}

/* A value that waits in a channel. */
static bool piece_that_waits(const struct gt_typing *typing, const struct gt_root *root,
                             struct piece *piece)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];
    struct gt_waiting_value value;

    if (!root->addr || !gt_waiting_value_at(typing->process, g, root->addr, &value)) return false;
    *piece =
        (struct piece){value.type, value.addr, gt_types_get(typing->types, value.type)->size, 0, 0};
    return true;
}

struct capture { /* of a closure in the frame */
    const struct gt_typing *typing;
    uint64_t closure, addr;
    struct piece *piece;
    bool found;
};

static void look_at_captured(void *ctx, const struct gt_captured *captured)
{
    struct capture *capture = ctx;
    gt_type_id type = gt_types_find(capture->typing->types, captured->type);
    uint64_t size = type ? gt_types_get(capture->typing->types, type)->size : 0;

    if (capture->addr - capture->closure - captured->offset >= size) return;
    *capture->piece = (struct piece){type, capture->closure + captured->offset, size, 0, 0};
    capture->found = true;
}

/* What a closure captured that does not leave its frame: the compiler makes no rtype for it. */
static bool piece_captured(const struct gt_typing *typing, const struct gt_root *root,
                           struct piece *piece)
{
    struct gt_process *process = typing->process;
    struct capture capture = {typing, root->addr - root->in.offset, root->addr, piece, false};
    uint64_t entry;

    if (!process->dwarf || !root->in.any || !root->in.offset ||
        !gt_mem_u64(process->mem, capture.closure, &entry) || !gt_process_is_entry(process, entry))
        return false;
    gt_dwarf_captured(process->dwarf, entry, look_at_captured, &capture);
    return capture.found;
}

/* The word at `offset` of the whole value: in the piece, or in another one of the same variable. */
static bool word_of_piece(const struct gt_typing *typing, const struct gt_variables *variables,
                          const struct piece *piece, uint64_t offset, uint64_t *value)
{
    const struct gt_memory *mem = typing->process->mem;

    if (offset - piece->offset < piece->size && offset - piece->offset + WORD <= piece->size)
        return gt_mem_u64(mem, piece->addr + (offset - piece->offset), value);
    for (size_t i = 0; piece->entry && i < variables->count; i++) {
        const struct gt_frame_variable *other = &variables->list[i];
        uint64_t inside = offset - other->piece_offset;
        if (other->entry == piece->entry && inside < other->size && inside + WORD <= other->size)
            return gt_mem_u64(mem, other->addr + inside, value);
    }
    return false;
}

/* The words of a slot, up to the first that is not in memory. A word whose length is not known is
 * of unknown kind. */
static unsigned words_of_piece(const struct gt_typing *typing, const struct gt_variables *variables,
                               const struct piece *piece, uint64_t offset, uint64_t *words)
{
    unsigned have = 0;

    while (have < 3 &&
           word_of_piece(typing, variables, piece, offset + (uint64_t)have * WORD, &words[have]))
        have++;
    return have;
}

/* The type that the frame's receiver points to, if the root is the receiver. */
gt_type_id gt_frame_receiver(const struct gt_typing *typing, const struct gt_root *root)
{
    const struct gt_goroutine *g = &typing->goroutines->list[root->owner];

    if (!typing->receivers || root->frame >= g->frame_count || !root->addr) return GT_NO_TYPE;
    return gt_receiver_at(typing->receivers, gt_g_frame(typing->goroutines, g, root->frame),
                          root->frame == 0 && g->from_signal, root->addr);
}

static void receiver_word(const struct gt_typing *typing, const struct gt_root *root,
                          struct gt_word *word)
{
    gt_type_id type = gt_frame_receiver(typing, root);

    if (!type) return;
    word->kind = GT_P_POINTER;
    word->type = type;
}

static bool find_piece(const struct gt_typing *typing, const struct gt_root *root,
                       const struct gt_variables *variables, struct piece *piece)
{
    return piece_of_variable(typing, variables, root->addr, piece) ||
           piece_pointed_to(typing, variables, root->addr, piece) ||
           piece_that_waits(typing, root, piece) || piece_captured(typing, root, piece);
}

static void word_of_found(const struct gt_typing *typing, const struct gt_root *root,
                          const struct gt_variables *variables, const struct piece *piece,
                          struct gt_word *word)
{
    struct gt_word typed = {.addr = root->addr};
    struct gt_pointer_slot place;
    uint64_t words[3];

    if (!gt_types_pointer_at(typing->types, piece->type, piece->offset + (root->addr - piece->addr),
                             &place))
        return;
    unsigned have = words_of_piece(typing, variables, piece, place.offset, words);
    if (have && gt_word_from_slot(typing->types, &place, words, have, &typed) &&
        typed.value == root->value)
        *word = typed;
}

/* Several variables share the slot, such as `big` and `big[:n]`. If they have the same type, one
 * word that covers all of them stands for them. */
static void word_of_shared(const struct gt_typing *typing, const struct gt_root *root,
                           const struct gt_variables *variables, struct gt_word *word)
{
    struct gt_word joined = {0};

    for (size_t i = 0; i < variables->count; i++) {
        const struct gt_frame_variable *variable = &variables->list[i];
        struct gt_word one = *word;
        if (root->addr - variable->addr >= variable->size || has_whole(variables, variable))
            continue;
        struct piece piece = piece_of(typing, variable);
        if (piece.type) word_of_found(typing, root, variables, &piece, &one);
        if (one.kind == GT_W_UNKNOWN) return;
        if (joined.value && (joined.kind != one.kind || joined.type != one.type)) return;
        one.len = one.len > joined.len ? one.len : joined.len;
        one.cap = one.cap > joined.cap ? one.cap : joined.cap;
        one.uncapped |= joined.uncapped;
        joined = one;
    }
    if (joined.value) *word = joined;
}

/* A stack object is one variable, so the words beside a pointer in it belong to that. */
static void shape_in_object(const struct gt_typing *typing, const struct gt_root *root,
                            struct gt_word *word)
{
    const struct gt_memory *mem = typing->process->mem;
    struct gt_surrounding around = {.value = root->value};

    if (!root->in.any) return;
    around.has_before = root->in.before && gt_mem_u64(mem, root->addr - WORD, &around.before);
    while (around.after < root->in.after &&
           gt_mem_u64(mem, root->addr + (around.after + 1) * (uint64_t)WORD,
                      &around.next[around.after]))
        around.after++;
    gt_shape_word(typing->shapes, &around, word);
}

void gt_frame_word(const struct gt_typing *typing, const struct gt_root *root, struct gt_word *word)
{
    struct gt_variables variables;
    struct piece piece;

    if (typing->receivers) receiver_word(typing, root, word);
    if (word->kind != GT_W_UNKNOWN) return;
    gt_frame_variables(typing, root, &variables);
    const struct gt_frame_variable *variable = gt_variable_at(&variables, root->addr);
    word->disputed = variable && !gt_variable_has_pointer(typing, variable, root->addr);
    if (word->disputed) return;
    if (find_piece(typing, root, &variables, &piece))
        word_of_found(typing, root, &variables, &piece, word);
    else
        word_of_shared(typing, root, &variables, word);
    if (word->kind == GT_W_UNKNOWN) shape_in_object(typing, root, word);
    if (word->kind == GT_W_UNKNOWN && !typing->process->dwarf)
        gt_shape_argument(typing, root, word);
    if (word->kind == GT_W_UNKNOWN && !typing->process->dwarf) gt_shape_local(typing, root, word);
}
