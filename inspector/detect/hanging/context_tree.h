/*
 * The tree of contexts: the words by which contexts lead to their children.
 *
 * A context that can be cancelled (context.cancelCtx) keeps its children in a map, so that they are
 * cancelled with it. The holder of the parent can end a child in this way, but a child is not meant
 * to end so. A child that only this tree reaches was dropped by its maker, with a CancelFunc that
 * was never called. The functions by which http.Transport cancels its requests belong to the tree
 * too: nobody calls them for a body that was forgotten.
 *
 * The table of os/signal is found in the same way: it leads to each channel of signal.Notify.
 */
#ifndef GT_DETECT_CONTEXT_TREE_H
#define GT_DETECT_CONTEXT_TREE_H

#include "inspector/detect/heap_analysis.h"

struct gt_context_link {
    uint64_t word; /* its address, in a map of children */
    uint64_t child;
    unsigned steps;   /* pointers from there to the channel that the entry closes */
    bool signal;      /* the child is a channel of signal.Notify */
    uint64_t handler; /* then: the runtime's record of its signals (os/signal.handler) */
};

/* Adds a struct gt_context_link for each child of a live context. */
void gt_context_links(const struct gt_heap_analysis *analysis, struct gt_vec *links);

#endif
