/*
 * DWARF, read through libdwarf: Go's struct layouts, constants, globals, types and the variables
 * of frames. Implements the interface that gotypes declares (gotypes/layouts/facts.h).
 *
 * Both libdwarf generations (20210528 without a pkg-config file, 0.x and later) are served; one
 * small file, libdwarf_compat.h, hides their difference. Opening indexes names once (one walk over
 * the top-level entries); everything else is read when asked for and kept. Strings live as long
 * as the handle. All answers are about the target: load bias is added to addresses.
 *
 * A reference names the entry that describes a type, behind typedefs and qualifiers. Invariant:
 * every way to a type gives the same reference: its rtype where it has one and the types' base is
 * known, else its DIE's offset. Strings, slices and interfaces are described with the fields of
 * the structs that they are: an interface's first is "_type" (empty interface) or "tab".
 * A handle is used by one thread at a time.
 */
#ifndef GT_SYMBOLS_DWARF_H
#define GT_SYMBOLS_DWARF_H

#include "gotypes/layouts/facts.h"
#include "inspector/core/binary.h"

struct gt_dwarf;

/* GT_ERR_MISSING when the binary has no DWARF. `binary` must outlive the handle. */
struct gt_error *gt_dwarf_open(const struct gt_binary *binary, struct gt_dwarf **out);
/* The same over any ELF file in memory; `name` is for messages. The bytes must outlive the handle.
 */
struct gt_error *gt_dwarf_open_file(const char *name, const unsigned char *file, uint64_t size,
                                    uint64_t bias, struct gt_dwarf **out);
void gt_dwarf_close(struct gt_dwarf *dwarf); /* NULL is allowed */

/* How much could not be read so far: 0 means that an absent name is absent. */
size_t gt_dwarf_faults(const struct gt_dwarf *dwarf);

/*
 * A type's runtime_type attribute is an offset from moduledata.types; until this is called with
 * that address, types are known by debug reference only.
 */
void gt_dwarf_set_types_base(struct gt_dwarf *dwarf, uint64_t types_base);

/* The interface of gotypes/layouts/facts.h; valid as long as the handle. */
const struct gt_facts *gt_dwarf_facts(struct gt_dwarf *dwarf);

/* Every global variable with a fixed address, sorted by address. */
const struct gt_debug_global *gt_dwarf_globals(struct gt_dwarf *dwarf, size_t *count);

struct gt_frame_variable {
    const char *name;
    uint64_t addr, size;     /* in the target's stack: of the variable, or of a piece of it */
    struct gt_type_ref type; /* the whole variable's, also for a piece */
    uint64_t piece_offset;   /* offset in the variable of what lies at addr (DW_OP_piece) */
    uint64_t entry;          /* of the variable: its pieces have the same */
    uint64_t parameter; /* a generic function's: `type` is a shape, and this less 1 the place of
                           the real type in the function's dictionary. 0: it is none */
};

/*
 * The variables of the function at `pc` (innermost scopes, inlined calls included) that live in
 * memory at that pc, given the frame's CFA (the caller's sp). Those in registers are left out:
 * Go spills what it needs across a call. Pieces that lie together are visited as one. A variable
 * that moved to the heap is the pointer to it, named "&x". For a caller's frame pass its return
 * address - 1. Calls `visit` for each; false when no function is there.
 */
typedef void gt_variable_fn(void *ctx, const struct gt_frame_variable *variable);
bool gt_dwarf_variables(struct gt_dwarf *dwarf, uint64_t pc, uint64_t cfa, gt_variable_fn *visit,
                        void *ctx);

/* The same for those in registers, which count at an instruction that was interrupted. Their addr
 * is as if registers lay in a row, a word each, by DWARF's numbers. */
static inline uint64_t gt_register_at(uint64_t number)
{
    return number * sizeof(uint64_t);
}
bool gt_dwarf_register_variables(struct gt_dwarf *dwarf, uint64_t pc, gt_variable_fn *visit,
                                 void *ctx);

/*
 * The variables that the closure whose code starts at `pc` captures, each with its offset in the
 * closure (DW_AT_go_closure_offset, Go 1.23 and later; earlier ones have none). A variable that is
 * captured by reference is the pointer to it, named "&x". Those that the code does not use are
 * missing. Names live as long as the handle.
 */
struct gt_captured {
    const char *name;
    uint64_t offset;
    struct gt_type_ref type;
};
typedef void gt_captured_fn(void *ctx, const struct gt_captured *captured);
void gt_dwarf_captured(struct gt_dwarf *dwarf, uint64_t pc, gt_captured_fn *visit, void *ctx);

#endif
