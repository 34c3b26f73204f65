/*
 * Exclusion sets: edges that a mark leaves out, and how to add them back.
 *
 * Edges are roots, pointer words, and objects with all of their out-edges (a g whose goroutine
 * goes). An exclusion set is the union of such edges, in the form that a mark skips them. Adding
 * edges back continues a mark that was made without them, so that a counterfactual walks only the
 * difference.
 *
 * Edges and exclusion sets own their vectors and bitmaps. Both refer to the analysis's heap and
 * roots.
 */
#ifndef GT_DETECT_EXCLUSION_H
#define GT_DETECT_EXCLUSION_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/graph/exclusive.h"

struct gt_edges {
    struct gt_u32s roots;        /* numbers of roots */
    struct gt_u64s words;        /* addresses of pointer words */
    struct gt_u32s no_out_edges; /* objects, for all their pointers */
};

void gt_edges_init(struct gt_edges *edges);
void gt_edges_deinit(struct gt_edges *edges);

struct gt_exclusion {
    struct gt_bitmap roots;
    struct gt_cut cut;
};

void gt_exclusion_init(struct gt_exclusion *exclusion, const struct gt_heap_analysis *analysis);
void gt_exclusion_deinit(struct gt_exclusion *exclusion);
void gt_exclusion_add(struct gt_exclusion *exclusion, const struct gt_heap_analysis *analysis,
                      const struct gt_edges *edges);

/* Gives the edges to one owner among those whose edges are all excluded (graph/exclusive.h). A word
 * outside the heap is a root; if it is none, the mark does not follow it. */
void gt_edges_give(const struct gt_edges *edges, const struct gt_heap_analysis *analysis,
                   struct gt_exclusive *owners, uint32_t owner);

/* Does the exclusion include all of these edges already? */
bool gt_exclusion_covers(const struct gt_exclusion *exclusion, const struct gt_edges *edges);

/*
 * Seeds what a mark made without `edges` would have reached through them, except what `still_away`
 * excludes. `marked` is the marker's bitmap. An edge of an object that is not marked yet is
 * followed when the object is reached. Drain the marker afterwards.
 */
void gt_edges_add_back(const struct gt_edges *edges, const struct gt_heap_analysis *analysis,
                       const struct gt_exclusion *still_away, const struct gt_bitmap *marked,
                       struct gt_marker *marker);

#endif
