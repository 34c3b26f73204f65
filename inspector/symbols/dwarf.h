/*
 * DWARF, read through libdwarf: Go's struct layouts, constants, globals, types and the variables
 * of frames. Implements the interface that gotypes declares (gotypes/layouts/facts.h).
 *
 * Both libdwarf generations (20210528 without a pkg-config file, 0.x and later) work;
 * libdwarf_compat.h hides their difference. Opening reads nothing: the first question unpacks
 * .debug_info, each one indexes as many units as its name needs, and the first one about a frame
 * unpacks the lists. Answers are cached. Strings live as long as the handle. All answers are about
 * the target: load bias is added to addresses.
 *
 * A reference names the entry that describes a type, behind typedefs and qualifiers. Invariant: a
 * type always has the same reference, however it is reached: its rtype where it has one and the
 * types' base is known, else its DIE's offset. Strings, slices and interfaces are described with
 * the fields of their structs: an interface's first field is "_type" (empty interface) or "tab". A
 * handle is used by one thread at a time.
 */
#ifndef GT_SYMBOLS_DWARF_H
#define GT_SYMBOLS_DWARF_H

#include "gotypes/layouts/facts.h"
#include "inspector/core/binary.h"

struct gt_dwarf;

/* GT_ERR_MISSING when the binary has no DWARF. `binary` must outlive the handle. */
struct gt_error *gt_dwarf_open(const struct gt_binary *binary, struct gt_dwarf **out);
/* The same over any ELF file in memory; `name` is for messages. The bytes must outlive the
 * handle. */
struct gt_error *gt_dwarf_open_file(const char *name, const unsigned char *file, uint64_t size,
                                    uint64_t bias, struct gt_dwarf **out);
void gt_dwarf_close(struct gt_dwarf *dwarf); /* NULL is allowed */

/*
 * Answers that are kept in a file of `folder` need no debug information: with all of them, nothing
 * of it is unpacked. Does nothing for a binary without a build ID. The strings must outlive the
 * handle.
 */
void gt_dwarf_use_kept(struct gt_dwarf *dwarf, const struct gt_binary *binary, const char *folder);
/* Keeps what was asked since. Does nothing if any entry could not be read. */
void gt_dwarf_keep(struct gt_dwarf *dwarf);

/* The number of entries that could not be read so far. If it is 0, a name that is not found does
 * not exist. */
size_t gt_dwarf_faults(const struct gt_dwarf *dwarf);

/*
 * A type's runtime_type attribute is an offset from moduledata.types. Until this is called with
 * that address, types have debug references only.
 */
void gt_dwarf_set_types_base(struct gt_dwarf *dwarf, uint64_t types_base);

/* How many threads may read units at once; one until this is called. Answers do not depend on it.
 */
void gt_dwarf_set_threads(struct gt_dwarf *dwarf, unsigned threads);

/* Begins to unpack what a search in all units will read, if several threads may run, and if the
 * list of globals is not kept. */
void gt_dwarf_read_ahead(struct gt_dwarf *dwarf);

/* The interface of gotypes/layouts/facts.h; valid as long as the handle. */
const struct gt_facts *gt_dwarf_facts(struct gt_dwarf *dwarf);

/* Every global variable with a fixed address, sorted by address. */
const struct gt_debug_global *gt_dwarf_globals(struct gt_dwarf *dwarf, size_t *count);

struct gt_frame_variable {
    const char *name;
    uint64_t addr, size;     /* address and size in the target's stack, of the variable or of a
                              * piece of it */
    struct gt_type_ref type; /* of the whole variable, also for a piece */
    uint64_t piece_offset;   /* offset in the variable of the piece at addr (DW_OP_piece) */
    uint64_t entry;          /* of the variable: the same for all its pieces */
    uint64_t parameter; /* in a generic function `type` is a shape, and this less 1 is the index of
                         * the real type in the function's dictionary. 0: the type is no type
                         * parameter */
};

/*
 * The variables of the function at `pc` that are in memory at that pc, of its innermost scopes,
 * inlined calls included. The frame's CFA (the caller's sp) is given. Variables in registers are
 * left out: Go spills what it needs across a call. Adjacent pieces are visited as one. A variable
 * that moved to the heap is visited as the pointer to it, named "&x". For a caller's frame pass its
 * return address - 1. Calls `visit` for each; false when no function is there.
 */
typedef void gt_variable_fn(void *ctx, const struct gt_frame_variable *variable);
bool gt_dwarf_variables(struct gt_dwarf *dwarf, uint64_t pc, uint64_t cfa, gt_variable_fn *visit,
                        void *ctx);

/* The same for variables in registers, which hold values where a thread was interrupted. Their addr
 * is as if the registers lay in a row, a word each, by DWARF's numbers. */
static inline uint64_t gt_register_at(uint64_t number)
{
    return number * sizeof(uint64_t);
}
bool gt_dwarf_register_variables(struct gt_dwarf *dwarf, uint64_t pc, gt_variable_fn *visit,
                                 void *ctx);

/*
 * The variables that a closure captures, each with its offset in the closure
 * (DW_AT_go_closure_offset; only Go 1.23 and later have it). The closure's code starts at `pc`. A
 * variable that is captured by reference is the pointer to it, named "&x". Variables that the code
 * does not use are missing. Names live as long as the handle.
 */
struct gt_captured {
    const char *name;
    uint64_t offset;
    struct gt_type_ref type;
};
typedef void gt_captured_fn(void *ctx, const struct gt_captured *captured);
void gt_dwarf_captured(struct gt_dwarf *dwarf, uint64_t pc, gt_captured_fn *visit, void *ctx);

#endif
