/*
 * Finds types and globals by the names that people write: whole ("net/http.conn"), or their end
 * ("http.conn"). An error proposes similar names.
 */
#ifndef GT_DETECT_INSPECT_LOOKUP_H
#define GT_DETECT_INSPECT_LOOKUP_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/detect/inspect/near_names.h"

struct gt_name_search { /* begins with near.wanted and name, which are the same */
    struct gt_near_names near;
    const char *name, *found, *other; /* two names that the wanted one may mean */
};

/* Is the name meant, and the first one that is? A second one that is meant too is noted, unless it
 * is the same; of others the nearest are. Names are borrowed. */
bool gt_name_search_offer(struct gt_name_search *search, const char *name);
/* The same of a name that is known to be meant. */
bool gt_name_search_take(struct gt_name_search *search, const char *name);
/* NULL when one name was found; `what` is a "type". */
struct gt_error *gt_name_search_outcome(const struct gt_heap_analysis *analysis,
                                        const struct gt_name_search *search, const char *what);

/* GT_ERR_USAGE when none matches, or when types with different names match. */
struct gt_error *gt_lookup_type(const struct gt_heap_analysis *analysis, const char *name,
                                gt_type_id *type);
struct gt_error *gt_lookup_global(const struct gt_heap_analysis *analysis, const char *name,
                                  const struct gt_debug_global **global);

#endif
