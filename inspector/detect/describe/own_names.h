/*
 * The place in the program's own code where a pointer is stored, for advice: "main.stat.last",
 * "the keys of main.store.byHost", "main.cache.hot".
 *
 * A library's container (sync.Map, atomic.Value, container/list) holds the program's values, and a
 * person cannot change its fields. Its name is that of the variable or the field with the
 * container. Texts belong to the analysis's storage.
 */
#ifndef GT_DETECT_OWN_NAMES_H
#define GT_DETECT_OWN_NAMES_H

#include "inspector/detect/describe/path.h"

/* The innermost field of the program's own with the word, or with what leads to it; else the global
 * or the frame's variable; "it" when it has no name. */
const char *gt_own_name(struct gt_keys *keys, const struct gt_referrer *referrer);

#endif
