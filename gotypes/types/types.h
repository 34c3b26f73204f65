/*
 * The program's types, by dense number, read on demand from rtypes in memory or from debug
 * information, whichever describes them.
 *
 * Invariants: GT_NO_TYPE (0) is "unknown". A type is described once: an rtype and a debug reference
 * that stand for the same rtype give the same number. Descriptions never change and live as long as
 * the gt_types; describing a type never recurses (elements are resolved when they are asked for).
 * Lengths and counts from the target are checked: an rtype that is not plausible gives GT_NO_TYPE.
 */
#ifndef GT_TYPES_H
#define GT_TYPES_H

#include "gotypes/code/moduledata.h"

typedef uint32_t gt_type_id;
enum { GT_NO_TYPE = 0 };

enum gt_kind_of_type { /* reflect.Kind */
                       GT_T_BOOL = 1,
                       GT_T_INT,
                       GT_T_INT8,
                       GT_T_INT16,
                       GT_T_INT32,
                       GT_T_INT64,
                       GT_T_UINT,
                       GT_T_UINT8,
                       GT_T_UINT16,
                       GT_T_UINT32,
                       GT_T_UINT64,
                       GT_T_UINTPTR,
                       GT_T_FLOAT32,
                       GT_T_FLOAT64,
                       GT_T_COMPLEX64,
                       GT_T_COMPLEX128,
                       GT_T_ARRAY,
                       GT_T_CHAN,
                       GT_T_FUNC,
                       GT_T_INTERFACE,
                       GT_T_MAP,
                       GT_T_POINTER,
                       GT_T_SLICE,
                       GT_T_STRING,
                       GT_T_STRUCT,
                       GT_T_UNSAFE_POINTER,
};

struct gt_type_field {
    const char *name;
    uint64_t offset;
    struct gt_type_ref type;
};

struct gt_map_shape { /* how a map type lays out its storage: Swiss groups (1.24+) or buckets */
    bool swiss;
    struct gt_type_ref group; /* the group or bucket type */
    uint64_t group_size;
    uint64_t keys_off, key_stride, elems_off, elem_stride; /* of slot i: off + i * stride */
    bool indirect_key, indirect_elem;                      /* slots hold pointers to them */
};

struct gt_type {
    struct gt_type_ref ref;
    const char *name; /* "main.Session", "*main.conn", "[]string" */
    uint64_t size, ptr_bytes;
    uint8_t kind;         /* enum gt_kind_of_type */
    bool direct_iface;    /* an interface's data word holds the value itself */
    bool empty_interface; /* interface{}: eface; other interfaces are ifaces */
    struct gt_type_ref elem, key;
    uint64_t len; /* of an array */
    const struct gt_type_field *fields;
    size_t field_count;
    struct gt_map_shape map; /* kind GT_T_MAP */
};

/* One pointer slot of a type. Arrays are unrolled up to GT_MAX_PLACES slots. */
enum gt_location_kind {
    GT_P_POINTER, /* *T: type is T */
    GT_P_STRING,  /* {ptr, len} */
    GT_P_SLICE,   /* {ptr, len, cap}: type is the element */
    GT_P_EFACE,   /* {*_type, data} */
    GT_P_IFACE,   /* {*itab, data} */
    GT_P_MAP,     /* pointer to a map header: type is the map type */
    GT_P_CHAN,    /* pointer to an hchan: type is the element */
    GT_P_FUNC,    /* pointer to a closure */
    GT_P_UNSAFE,  /* unsafe.Pointer */
    GT_P_COUNTED, /* {unsafe.Pointer, n} to n of type */
    GT_P_REFLECT, /* a reflect.Value: {*_type, data, flag} */
    GT_P_SLOG,    /* a log/slog.Value: {n, *_type, data} */
    GT_P_SHAPED,  /* *T of a generic function's shape, which does not name T: type is none */
};

struct gt_pointer_slot {
    uint64_t offset;
    uint8_t kind;    /* enum gt_location_kind */
    gt_type_id type; /* strings, interfaces and funcs: their own; GT_P_UNSAFE: none */
};

struct gt_pointer_layout {
    const struct gt_pointer_slot *places; /* by offset */
    size_t count;
    bool complete; /* false: the type is too large or too deep, and some slots are left out */
};

struct gt_types;

struct gt_types_sources {
    const struct gt_memory *mem;
    const struct gt_layout *layout;
    const struct gt_facts *facts;
    const struct gt_go_version *version;
    const struct gt_module *modules; /* name and type offsets are relative to these modules' types
                                      */
    size_t module_count;
};

struct gt_types *gt_types_create(const struct gt_types_sources *sources);
void gt_types_destroy(struct gt_types *types); /* NULL is allowed */

/* The number of the type described there; GT_NO_TYPE if it cannot be read. Cached. */
gt_type_id gt_types_find(struct gt_types *types, struct gt_type_ref ref);
gt_type_id gt_types_at(struct gt_types *types, uint64_t rtype);
/* The same if it was read before; else GT_NO_TYPE. Several threads may ask, as long as none reads a
 * type. */
gt_type_id gt_types_known(const struct gt_types *types, uint64_t rtype);
gt_type_id gt_types_named(struct gt_types *types, const char *name); /* "main.Session" */
/* A new type with the layout of the struct `of` and its own names: `fields` has a name for each
 * field, or NULL to keep the field's own. Names must outlive the gt_types. */
gt_type_id gt_types_renamed(struct gt_types *types, gt_type_id of, const char *name,
                            const char *const *fields);
/* A new type for memory that holds a map, as a field or an element does: a struct whose only field
 * is the map, under the map's name. */
gt_type_id gt_types_cell(struct gt_types *types, gt_type_id map);
static inline bool gt_type_is_cell(const struct gt_type *type)
{
    return type->kind == GT_T_STRUCT && type->field_count == 1 && !type->fields[0].name[0];
}
size_t gt_types_count(const struct gt_types *types); /* numbers run from 1 to count */
const struct gt_type *gt_types_get(const struct gt_types *types, gt_type_id id); /* not for 0 */
gt_type_id gt_types_elem(struct gt_types *types, gt_type_id id);
gt_type_id gt_types_key(struct gt_types *types, gt_type_id id);
const char *gt_types_name(const struct gt_types *types, gt_type_id id); /* "?" for 0 */

/* The whole package path of a named type, whose name may have only its last part. False when its
 * rtype has none. */
bool gt_types_package(const struct gt_types *types, gt_type_id id, char *out, size_t size);

/* Visits each word in the modules' types that looks like an rtype, with the contents of its head
 * (kind, size, ptr_bytes). These are all types that the program was linked with, and seldom
 * something that is no type. They are looked for at the first call. */
typedef void gt_rtype_fn(void *ctx, uint64_t rtype, const struct gt_type *head);
void gt_types_each(struct gt_types *types, gt_rtype_fn *visit, void *ctx);

/* The dynamic type behind an interface word: an eface's *_type or an iface's *itab. */
gt_type_id gt_types_of_itab(struct gt_types *types, uint64_t itab);
gt_type_id gt_types_known_of_itab(const struct gt_types *types, uint64_t itab); /* as known() */
/* True if the itab has its type's hash, as the linker writes it, or 0, as an itab made at run time
 * has (runtime/iface.go, getitab). With any other hash it is no itab, or it is damaged. */
bool gt_itab_repeats_hash(const struct gt_memory *mem, uint64_t itab);

/*
 * The pointer mask of a type: one bit a word, bit i in byte i/8, for ptr_bytes/8 words. NULL when
 * it cannot be known or the type has no pointers. It is read from GCData where that is plain,
 * unrolled where that is a GC program (<= 1.23), and built from the type where GCData is filled on
 * demand (1.24+). Cached.
 */
const unsigned char *gt_types_mask(struct gt_types *types, gt_type_id id, uint64_t *words);

/* Runs a GC program (<= 1.23; its length, 4 bytes, comes first) as runtime.runGCProg does: sets the
 * bits of at most `words` words in `mask`, which is clear. False when it is damaged. */
bool gt_types_run_program(const struct gt_memory *mem, uint64_t addr, uint64_t words,
                          unsigned char *mask);
/* The same for the program of a module's variables, which has no length (moduledata.gcdata and
 * gcbss, of all versions). */
bool gt_types_run_module_program(const struct gt_memory *mem, uint64_t addr, uint64_t words,
                                 unsigned char *mask);

/* The pointer slots of a type, with arrays of up to a few thousand slots unrolled. Cached. */
const struct gt_pointer_layout *gt_types_pointer_layout(struct gt_types *types, gt_type_id id);

/* The one pointer slot that holds the byte at `offset` of a type, however large the type; false
 * when the byte is in none. The offset in `place` is where the slot begins: an interface's data
 * word is its second word, and a slice's length is part of the slice. */
bool gt_types_pointer_at(struct gt_types *types, gt_type_id id, uint64_t offset,
                         struct gt_pointer_slot *place);

/* The field path at a byte offset: ".token", ".idle[4].conn"; "" for the start of a non-struct.
 * Writes at most `size` bytes, NUL included. */
void gt_types_field_path(struct gt_types *types, gt_type_id id, uint64_t offset, char *out,
                         size_t size);

#endif
