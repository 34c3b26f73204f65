/*
 * What the children of a context (context.cancelCtx.children) are: other contexts, or functions
 * that context.AfterFunc registered. The first few entries of the map decide.
 */
#ifndef GT_DETECT_HOLDERS_CONTEXT_CHILDREN_H
#define GT_DETECT_HOLDERS_CONTEXT_CHILDREN_H

#include "inspector/detect/heap_analysis.h"

/* What takes the entries of the map at this address away, with the program's calls that made them,
 * if these are few. In the analysis's storage. */
const char *gt_children_advice(const struct gt_heap_analysis *analysis, uint64_t map);

#endif
