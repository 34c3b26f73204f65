/*
 * Who holds a thing: ways from a root to the word that points to it, with names.
 *
 * A path is for reading: global or frame variable, then objects with their types and the fields
 * between them; a map's storage is told as one step. A key is for grouping: two holders with the
 * same key are alike (same type and field, same global, same frame variable), whatever their
 * indices and addresses are.
 *
 * Both need to know who reached an object first: a forest over the live heap, which the study keeps
 * once the first question makes it worth building.
 */
#ifndef GT_DETECT_PATH_H
#define GT_DETECT_PATH_H

#include "inspector/detect/study.h"

struct gt_holder {   /* a pointer word: in an object, or a root */
    uint32_t object; /* GT_NO_OBJECT: it is a root */
    uint32_t root;
    uint64_t offset; /* in the object's data */
};

struct gt_keys { /* remembers what it found: many holders share their parents */
    struct gt_study *study;
    struct gt_map edges; /* parent << 32 | type of child -> offset in the parent + 1 */
};

void gt_keys_init(struct gt_keys *keys, struct gt_study *study);
void gt_keys_deinit(struct gt_keys *keys);

/* The holder's key; belongs to the study's storage. */
const char *gt_key_of(struct gt_keys *keys, const struct gt_holder *holder);

/* The path to a holder's word. */
struct gt_path gt_path_to(struct gt_keys *keys, const struct gt_holder *holder);

/* The path to an object with pointers: as far as the word that first reached it. */
struct gt_path gt_path_to_object(struct gt_keys *keys, uint32_t object);

/* The path from a root by way of `count` objects, each of which the one before points to: as far as
 * the word that points to the last. */
struct gt_path gt_path_along(struct gt_keys *keys, uint32_t root, const uint32_t *way,
                             size_t count);

/* The same from an object that is the runtime's own for a goroutine: its g, or what it waits by. */
struct gt_path gt_path_from(struct gt_keys *keys, const uint32_t *way, size_t count);

/* "main.Session.token": the innermost named struct and field that hold the word; NULL if none. */
const char *gt_holder_field(const struct gt_study *study, const struct gt_holder *holder);

/* What a programmer would call the holder: its struct field, else its global or frame's variable,
 * by which a path to it begins; "it" when it has no name. */
const char *gt_holder_name(struct gt_keys *keys, const struct gt_holder *holder);

/* The innermost named struct type that holds the word; NULL if none. */
const char *gt_holder_struct(const struct gt_study *study, const struct gt_holder *holder);

/* Is it a named type's name, and none of those that the compiler makes up? */
bool gt_type_is_named(const char *name);

/* A type's name, or NULL for GT_NO_TYPE. */
const char *gt_type_name(const struct gt_study *study, gt_type_id type);

/* An object as a block of the model: its address, size and type if known. */
struct gt_block gt_block_of(const struct gt_study *study, uint32_t object);

#endif
