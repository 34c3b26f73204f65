/*
 * What the children of a context (context.cancelCtx.children) are: other contexts, or functions
 * that context.AfterFunc registered. The first few entries of the map decide.
 */
#ifndef GT_DETECT_HOLDERS_CONTEXT_CHILDREN_H
#define GT_DETECT_HOLDERS_CONTEXT_CHILDREN_H

#include "inspector/detect/heap_analysis.h"

/* Are most entries of the map at this address functions of context.AfterFunc? */
bool gt_children_are_functions(const struct gt_heap_analysis *analysis, uint64_t map);

#endif
