/*
 * Paths with names from a root to a word, and keys that group words.
 *
 * A path is for people: a global or a frame's variable, then objects with their types and the
 * fields between them. A map's storage is one step. A key is for grouping: two referrers with the
 * same key have the same type and field, the same global, or the same variable of a frame, whatever
 * their indices and addresses are.
 *
 * Both need the object from which another one was first reached. This forest over the live heap is
 * built at the first query, and the analysis keeps it.
 */
#ifndef GT_DETECT_PATH_H
#define GT_DETECT_PATH_H

#include "inspector/detect/describe/fields.h"

struct gt_keys { /* a cache, since many referrers share their parents */
    struct gt_heap_analysis *analysis;
    struct gt_map edges;  /* parent << 32 | type of child -> offset in the parent + 1 */
    struct gt_map chains; /* object of unknown type -> the outermost of the chain to it */
    struct gt_map fields; /* of gt_referrer_field_once() */
};

void gt_keys_init(struct gt_keys *keys, struct gt_heap_analysis *analysis);
void gt_keys_deinit(struct gt_keys *keys);

/* The object that first reached each object with pointers; built at the first query. */
struct gt_forest *gt_path_forest(struct gt_heap_analysis *analysis);

/* The referrer's key; belongs to the analysis's storage. */
const char *gt_key_of(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The key by which small groups join: the type and field alone, which an object in the heap with
 * the same field has as its key. NULL but for a word of static data that has no symbol, where the
 * other key names the variable that leads to it. */
const char *gt_wider_key_of(struct gt_keys *keys, const struct gt_referrer *referrer);

/* From a referrer that is in an object to the word that first reached this object, which may be a
 * root. False, and nothing changes, when that word is not known. Without `exact` it may be a word
 * of the same object that leads to an object of the same type, which is quicker. */
bool gt_path_climb(struct gt_keys *keys, struct gt_referrer *referrer, bool exact);

/* The path to a referrer's word. */
struct gt_path gt_path_to(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The path to an object with pointers, up to the word that first reached it. */
struct gt_path gt_path_to_object(struct gt_keys *keys, uint32_t object);

/* The path from a root through `count` objects, of which each points to the next, up to the word
 * that points to the last. */
struct gt_path gt_path_along(struct gt_keys *keys, uint32_t root, const uint32_t *way,
                             size_t count);

/* The same from an object that the runtime has for a goroutine: its g, or its wait's record. */
struct gt_path gt_path_from(struct gt_keys *keys, const uint32_t *way, size_t count);

/* The same, where `what` names what leads to the first object. */
struct gt_path gt_path_after(struct gt_keys *keys, const char *what, const uint32_t *way,
                             size_t count);

/* The name that a programmer has for the referrer: its struct field, else the global or the frame's
 * variable where a path to it begins; "it" when it has no name. */
const char *gt_referrer_name(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The same for a table, where nothing else tells the frame: "main.serve variable c", not "c". */
const char *gt_referrer_place(struct gt_keys *keys, const struct gt_referrer *referrer);

#endif
