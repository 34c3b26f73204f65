/*
 * The queries of gotypes about a program: the interface of providers of facts. This is all that
 * gotypes needs from outside. symbols/ implements it over DWARF, tests over a few rows.
 *
 * A type that only debug information describes is named by a reference of the provider (for DWARF,
 * a DIE's offset). A type that the program itself describes is named by its rtype's address.
 */
#ifndef GT_LAYOUTS_FACTS_H
#define GT_LAYOUTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a type is described. At most one of the two is nonzero; both 0 is "no type known". */
struct gt_type_ref {
    uint64_t rtype; /* address of its _type in the target */
    uint64_t debug; /* the provider's reference */
};

struct gt_debug_field {
    const char *name;
    uint64_t offset;
    struct gt_type_ref type;
};

/* A type as debug information describes it. `kind` is reflect.Kind's number
 * (gotypes/types/types.h). */
struct gt_debug_type {
    uint64_t rtype; /* address of the _type that describes the same type; 0 when there is none */
    unsigned kind;
    const char *name;
    uint64_t size;
    struct gt_type_ref elem, key;        /* pointer, slice, array, chan: elem; map: both */
    uint64_t len;                        /* of an array */
    const struct gt_debug_field *fields; /* of a struct; of an interface {_type|tab, data} */
    size_t field_count;
};

struct gt_debug_global {
    const char *name; /* "main.cache" */
    uint64_t addr, size;
    struct gt_type_ref type;
};

struct gt_facts {
    void *ctx;
    /* Offset and size of a field, by a dotted path through embedded structs ("user.list.head"). */
    bool (*field)(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size);
    bool (*type_size)(void *ctx, const char *type, uint64_t *size);
    bool (*type_named)(void *ctx, const char *type, struct gt_type_ref *out);
    bool (*constant)(void *ctx, const char *name, int64_t *value);
    bool (*global)(void *ctx, const char *name, struct gt_debug_global *out);
    /* The type that a debug reference names; strings and fields live as long as the provider. */
    bool (*describe)(void *ctx, uint64_t debug, struct gt_debug_type *out);
};

#endif
