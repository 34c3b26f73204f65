/*
 * The place in the program's own code where a pointer is stored, for advice: "main.stat.last",
 * "the keys of main.store.byHost", "main.cache.hot".
 *
 * A person cannot change the fields of Go's library (regexp.Regexp.expr), nor of its containers
 * (sync.Map, atomic.Value, container/list), which hold the program's values. What is there has the
 * name of the program's variable or field that has it. Texts belong to the analysis's storage.
 */
#ifndef GT_DETECT_OWN_NAMES_H
#define GT_DETECT_OWN_NAMES_H

#include "inspector/detect/describe/path.h"

/* The innermost field of the program's own with the word, or with what leads to it; else the global
 * or the frame's variable; "it" when it has no name. */
const char *gt_own_name(struct gt_keys *keys, const struct gt_referrer *referrer);

/* The referrer's name as in path.h, unless it is one in a container: then the name above. */
const char *gt_program_name(struct gt_keys *keys, const struct gt_referrer *referrer);

#endif
