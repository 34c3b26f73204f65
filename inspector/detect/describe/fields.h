/*
 * Names of a pointer word by its type: its struct and field.
 *
 * Names of fields go into the caller's buffer of GT_FIELD bytes; longer ones are truncated. Other
 * texts belong to the analysis's storage, type names to the process.
 */
#ifndef GT_DETECT_FIELDS_H
#define GT_DETECT_FIELDS_H

#include "inspector/detect/heap_analysis.h"

enum { GT_FIELD = 160 }; /* bytes of a field path */

struct gt_referrer { /* a pointer word: in an object, or a root */
    uint32_t object; /* GT_NO_OBJECT: a root */
    uint32_t root;
    uint64_t offset; /* in the object's data */
};

/* Is it the storage of maps, a type that the compiler makes: "map.group[K]V" or
 * "map.bucket[K]V"? */
bool gt_is_map_storage(const char *type);

/* The field of an object at an offset of its data, with its index when it is an array; "" when it
 * has none. */
void gt_field_of(const struct gt_heap_analysis *analysis, uint32_t object, uint64_t offset,
                 char *out, size_t size);

/* The same for an object that is known to be of the type. */
void gt_field_of_type(const struct gt_heap_analysis *analysis, uint32_t object, gt_type_id type,
                      uint64_t offset, char *out, size_t size);

/* "main.Session.token": the innermost named struct and field with the word; NULL if there is
 * none. */
const char *gt_referrer_field(const struct gt_heap_analysis *analysis,
                              const struct gt_referrer *referrer);

/* The same, for many words. The map is empty at first, and keeps what each word of a type has. */
const char *gt_referrer_field_once(const struct gt_heap_analysis *analysis,
                                   const struct gt_referrer *referrer, struct gt_map *known);

/* The innermost named struct type with the word; NULL if there is none. */
const char *gt_referrer_struct(const struct gt_heap_analysis *analysis,
                               const struct gt_referrer *referrer);

/* The same with the whole path of its package, which names of a stripped program lack. */
const char *gt_referrer_whole_struct(const struct gt_heap_analysis *analysis,
                                     const struct gt_referrer *referrer);

/* Is it the name of a type that the program names, and not of one that the compiler makes? */
bool gt_type_is_named(const char *name);

/* A type's name, or NULL for GT_NO_TYPE. */
const char *gt_analysis_type_name(const struct gt_heap_analysis *analysis, gt_type_id type);

/* An object as a block of the model: its address, size and type if known. */
struct gt_block gt_block_of(const struct gt_heap_analysis *analysis, uint32_t object);

#endif
