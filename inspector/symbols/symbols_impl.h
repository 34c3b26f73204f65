/*
 * What the files behind dwarf.h share.
 *
 * Invariants: offsets are into .debug_info, and 0 is none. Addresses in here are as linked: `bias`
 * is added to each address that is returned and subtracted from each that is given. Names are the
 * sections' own bytes or the arena's, so they live as long as the handle. So does everything else
 * that is returned.
 */
#ifndef GT_SYMBOLS_IMPL_H
#define GT_SYMBOLS_IMPL_H

#include "inspector/base/arena.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"
#include "inspector/symbols/byte_reader.h"
#include "inspector/symbols/die.h"
#include "inspector/symbols/dwarf.h"
#include "inspector/symbols/kept/folder.h"
#include "inspector/symbols/kept/kept_list.h"
#include "inspector/symbols/kept/kept_table.h"
#include "inspector/symbols/sections.h"
#include "inspector/symbols/top_entries.h"

enum { GT_MAX_CHAIN = 64 }; /* typedefs, qualifiers, abstract origins, nested arrays */

/* Go's own attributes. */
enum {
    GT_AT_GO_KIND = 0x2900,
    GT_AT_GO_KEY = 0x2901,
    GT_AT_GO_ELEM = 0x2902,
    GT_AT_GO_RUNTIME_TYPE = 0x2904,
    GT_AT_GO_DICT_INDEX = 0x2906,
    GT_AT_GO_CLOSURE_OFFSET = 0x2907,
};

struct gt_subprogram {
    uint64_t low, high, offset;
};

struct gt_named_die {
    const char *name; /* NULL: the name is in a declaration elsewhere */
    uint64_t offset;
    uint64_t address, type; /* as in struct gt_top_entry */
};

/* The walk over the top-level entries, as far as it was needed, and its results. */
struct gt_dwarf_index {
    struct gt_strmap types, constants, variables; /* name -> offset << 1 | from a Go unit */
    struct gt_vec variable_list;                  /* of struct gt_named_die */
    struct gt_vec subprograms;                    /* of struct gt_subprogram; sorted: by low */
    struct gt_top_reader top;
    struct gt_vec entries; /* struct gt_top_entry, of one unit */
    uint64_t next;         /* where the unit starts that is read next */
    bool started, done, sorted;
};

/* A type, behind its typedefs and qualifiers. */
struct gt_type_info {
    uint64_t offset;       /* the DIE that describes it */
    uint64_t ref;          /* the same, or a typedef that names an anonymous type */
    uint64_t runtime_type; /* its attribute; 0: none */
    const char *name;
    uint64_t size;
    unsigned kind; /* 0: no kind of a Go or C value */
    bool anonymous;
};

/* What a reference to a type is made of: the same wherever the program is loaded. */
struct gt_linked_type {
    uint64_t ref; /* 0: no type is known */
    uint64_t runtime_type;
    bool is_uintptr;
};

struct gt_linked_field { /* of a struct, or a closure's captured variable */
    const char *name;
    uint64_t offset;
    struct gt_linked_type type;
};

struct gt_linked_global {
    uint64_t addr, size;
    struct gt_linked_type type;
};

/* What is kept of a file between two openings: kept_facts.c. */
struct gt_kept_facts {
    bool used;
    struct gt_kept_folder folder;
    struct gt_kept_table table;
    char *name;            /* of the file with the answers */
    struct gt_vec subject; /* bytes */
};

struct gt_dwarf {
    struct gt_debug_sections *sections;
    struct gt_libdwarf *lib;
    struct gt_die_reader reader;
    uint64_t bias;
    uint64_t types_base; /* 0: not known yet */
    unsigned threads;    /* up to 1: no task is started */
    struct gt_arena arena;
    struct gt_dwarf_index index;
    struct gt_map infos;        /* offset -> struct gt_type_info * (0 is "no such type") */
    struct gt_map members;      /* offset -> what fields.c keeps of a struct (0: it is none) */
    struct gt_map descriptions; /* offset -> struct gt_debug_type * */
    struct gt_map frames;       /* pc -> struct gt_frame_locations * */
    const struct gt_debug_global *globals; /* NULL: not listed yet */
    size_t global_count;
    struct gt_facts facts;
    struct gt_kept_facts kept;
};

/* index.c; `names` is one of the index's */
void gt_index_deinit(struct gt_dwarf_index *index);
bool gt_index_find(struct gt_dwarf *dwarf, const struct gt_strmap *names, const char *name,
                   uint64_t *offset);
const struct gt_subprogram *gt_index_subprogram(struct gt_dwarf *dwarf, uint64_t pc);
const struct gt_dwarf_index *gt_index_all(struct gt_dwarf *dwarf); /* of all units, sorted */

/* units.c. False when no unit starts there, or libdwarf must read its header. */
bool gt_unit_at(const struct gt_top_reader *reader, uint64_t start, struct gt_unit *unit);
uint64_t gt_unit_entry(const struct gt_unit *unit); /* the offset of a plain unit's own entry */
/* Sets `unit` to the unit that follows it; a zeroed unit is before the first. False after the last,
 * and then libdwarf is at the start again. */
bool gt_next_unit(struct gt_die_reader *reader, struct gt_unit *unit);

/* open.c: what follows may ask libdwarf for lists of locations and ranges. No DIE is held. */
void gt_dwarf_use_lists(struct gt_dwarf *dwarf);

/* type_info.c; NULL when no type is at the offset */
const struct gt_type_info *gt_type_info(struct gt_dwarf *dwarf, uint64_t offset);
struct gt_type_ref gt_type_ref(struct gt_dwarf *dwarf, uint64_t offset);
struct gt_linked_type gt_linked_type(struct gt_dwarf *dwarf, uint64_t offset);
struct gt_type_ref gt_loaded_type(const struct gt_dwarf *dwarf, const struct gt_linked_type *type);
uint64_t gt_array_length(struct gt_die_reader *reader, Dwarf_Die array); /* 0 when unknown */

/* describe.c, fields.c: two of the facts */
bool gt_dwarf_describe(void *ctx, uint64_t debug, struct gt_debug_type *out);
bool gt_dwarf_field(void *ctx, const char *type, const char *path, uint64_t *offset,
                    uint64_t *size);

/* A struct's members; false when the type is no struct. A union counts as no struct, since its
 * members overlap. */
struct gt_member {
    const char *name;
    uint64_t offset, type;
};

bool gt_members(struct gt_dwarf *dwarf, uint64_t type, struct gt_vec *members);

/* globals.c: a third */
bool gt_dwarf_global(void *ctx, const char *name, struct gt_debug_global *out);
/* *kept is the name in what lives as long as the handle. */
bool gt_linked_global(struct gt_dwarf *dwarf, const char *name, const char **kept,
                      struct gt_linked_global *out);
struct gt_debug_global gt_loaded_global(const struct gt_dwarf *dwarf, const char *name,
                                        const struct gt_linked_global *global);

/* kept_facts.c. A question about a list is a letter and a number. */
enum {
    GT_ALL_GLOBALS = 'G',
    GT_FRAME_PLACES = 'V', /* of a pc */
    GT_CAPTURED = 'C',     /* of a closure's pc */
    GT_DESCRIPTION = 'D',  /* of a type's reference */
};
/* False if it is not kept. What is taken from the list may be anything, and lives as long as the
 * handle. */
bool gt_recall_list(const struct gt_dwarf *dwarf, char what, uint64_t of,
                    struct gt_byte_reader *list);
/* Was the list good so far, and is nothing left of it? */
static inline bool gt_list_is_read(const struct gt_byte_reader *list)
{
    return !list->bad && !gt_bytes_left(list);
}

bool gt_keeps_lists(const struct gt_dwarf *dwarf);
/* If lists are kept. `list` is a vector of bytes. */
void gt_keep_list(struct gt_dwarf *dwarf, char what, uint64_t of, const struct gt_vec *list);
void gt_put_type(struct gt_vec *list, const struct gt_linked_type *type);
struct gt_linked_type gt_take_type(struct gt_byte_reader *list);
/* Of struct gt_linked_field, with their number. */
void gt_put_fields(struct gt_vec *list, const struct gt_vec *fields);
void gt_take_fields(struct gt_byte_reader *list, struct gt_vec *fields);
void gt_kept_facts_deinit(struct gt_kept_facts *kept);

/* open.c: the facts that are not of another file of this room */
bool gt_dwarf_type_size(void *ctx, const char *type, uint64_t *size);
struct gt_linked_type gt_linked_type_named(struct gt_dwarf *dwarf, const char *type);
bool gt_dwarf_constant(void *ctx, const char *name, int64_t *value);

/* origin.c: a name or a type, here or where this DIE's abstract origin or specification is. */
const char *gt_origin_name(struct gt_dwarf *dwarf, Dwarf_Die die);
uint64_t gt_origin_type(struct gt_dwarf *dwarf, Dwarf_Die die);

/* location.c: where a variable is at one pc */
enum gt_location_base { GT_AT_ADDRESS, GT_AT_CFA, GT_IN_REGISTER };

struct gt_location {
    enum gt_location_base base;
    int64_t offset;              /* or address, or the register's number */
    uint64_t piece_offset, size; /* size 0: the whole variable */
    bool indirect;               /* a pointer to the variable is there (it moved to the heap) */
};

/* Adds struct gt_location to `places`. has_cfa: the frame base is the CFA. pc is as linked. */
void gt_locate(struct gt_dwarf *dwarf, Dwarf_Die die, uint64_t pc, bool has_cfa,
               struct gt_vec *places);

/* scopes.c: whether a block's or an inlined call's own ranges hold pc (as linked) */
bool gt_scope_holds(struct gt_dwarf *dwarf, Dwarf_Die die, uint64_t pc);

#endif
