/*
 * What findings of goroutines say.
 *
 * Texts belong to the analysis's storage.
 */
#ifndef GT_DETECT_HUNG_TEXTS_H
#define GT_DETECT_HUNG_TEXTS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/retention/cause.h"
#include "inspector/detect/waiting/lock_roles.h"

/* Fills the instance of a goroutine. `latest` is the latest time in the core. */
void gt_hung_describe(const struct gt_heap_analysis *analysis, uint32_t number, uint64_t latest,
                      struct gt_instance *instance);

/* "40 goroutines blocked forever sending on a channel in main.fetch"; here `how` is " forever". */
const char *gt_hung_who(const struct gt_heap_analysis *analysis, const struct gt_cause *cause,
                        const char *how);

/* The title, with the goroutine that they wait for and that hangs. */
const char *gt_hung_behind(const struct gt_heap_analysis *analysis, const char *title,
                           uint32_t leader);

/* Do many others wait behind the members, which hang? */
bool gt_hung_leads_many(const struct gt_heap_analysis *analysis, const struct gt_lock_roles *roles,
                        const struct gt_member *members, size_t count);

#endif
