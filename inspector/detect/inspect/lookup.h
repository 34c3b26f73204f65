/*
 * Finds types and globals by the names that people write: whole ("net/http.conn"), or their end
 * ("http.conn"). An error proposes similar names.
 */
#ifndef GT_DETECT_INSPECT_LOOKUP_H
#define GT_DETECT_INSPECT_LOOKUP_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/detect/inspect/near_names.h"

struct gt_name_search { /* starts with near.wanted and name set to the wanted name */
    struct gt_near_names near;
    const char *name, *found, *other; /* the first two different names that match the wanted one */
};

/* Does the name match, and is it the first that does? A second match with another name is recorded.
 * Of names that do not match, the most similar are kept. Names are borrowed. */
bool gt_name_search_offer(struct gt_name_search *search, const char *name);
/* The same for a name that is known to match. */
bool gt_name_search_take(struct gt_name_search *search, const char *name);
/* NULL when one name matched; `what` is, for example, "type". */
struct gt_error *gt_name_search_outcome(const struct gt_heap_analysis *analysis,
                                        const struct gt_name_search *search, const char *what);

/* GT_ERR_USAGE when none matches, or when types with different names match. */
struct gt_error *gt_lookup_type(const struct gt_heap_analysis *analysis, const char *name,
                                gt_type_id *type);
struct gt_error *gt_lookup_global(const struct gt_heap_analysis *analysis, const char *name,
                                  const struct gt_debug_global **global);

#endif
