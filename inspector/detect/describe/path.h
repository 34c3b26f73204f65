/*
 * Paths with names from a root to a word, and keys that group words.
 *
 * A path is for people: a global or frame variable, then objects with their types and the fields
 * between them; a map's storage is one step. A key is for grouping: two referrers with the
 * same key are alike (same type and field, same global, same frame variable), whatever their
 * indices and addresses are.
 *
 * Both need the object from which another one was first reached. This forest over the live heap is
 * built at the first question, and the analysis keeps it.
 */
#ifndef GT_DETECT_PATH_H
#define GT_DETECT_PATH_H

#include "inspector/detect/describe/fields.h"

struct gt_keys { /* remembers what it found: many referrers share their parents */
    struct gt_heap_analysis *analysis;
    struct gt_map edges; /* parent << 32 | type of child -> offset in the parent + 1 */
};

void gt_keys_init(struct gt_keys *keys, struct gt_heap_analysis *analysis);
void gt_keys_deinit(struct gt_keys *keys);

/* Who reached each object with pointers first; built when it is first asked for. */
struct gt_forest *gt_path_forest(struct gt_heap_analysis *analysis);

/* The referrer's key; belongs to the analysis's storage. */
const char *gt_key_of(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The path to a referrer's word. */
struct gt_path gt_path_to(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The path to an object with pointers: as far as the word that first reached it. */
struct gt_path gt_path_to_object(struct gt_keys *keys, uint32_t object);

/* The path from a root by way of `count` objects, each of which the one before points to: as far as
 * the word that points to the last. */
struct gt_path gt_path_along(struct gt_keys *keys, uint32_t root, const uint32_t *way,
                             size_t count);

/* The same from an object that is the runtime's own for a goroutine: its g, or what it waits by. */
struct gt_path gt_path_from(struct gt_keys *keys, const uint32_t *way, size_t count);

/* The same, where `what` leads to the first object. */
struct gt_path gt_path_after(struct gt_keys *keys, const char *what, const uint32_t *way,
                             size_t count);

/* What a programmer would call the referrer: its struct field, else its global or frame's variable,
 * by which a path to it begins; "it" when it has no name. */
const char *gt_referrer_name(struct gt_keys *keys, const struct gt_referrer *referrer);

#endif
