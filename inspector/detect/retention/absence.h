/*
 * Taking retention away, and adding it back: the two moves that every counterfactual is made of.
 *
 * What keeps memory alive is named as edges: roots, pointer words, and objects all of whose
 * pointers count (a g whose goroutine goes). An absence is the union of such edges, in the form
 * that a mark skips them. Adding edges back continues a mark that was made without them, so that a
 * counterfactual walks only what differs.
 *
 * Edges and absences own their vectors and bitmaps; both speak of the study's heap and roots.
 */
#ifndef GT_DETECT_ABSENCE_H
#define GT_DETECT_ABSENCE_H

#include "inspector/detect/study.h"
#include "inspector/graph/owners.h"

struct gt_edges {
    struct gt_vec roots; /* uint32_t: numbers of roots */
    struct gt_vec words; /* uint64_t: addresses of pointer words */
    struct gt_vec muted; /* uint32_t: objects, for all their pointers */
};

void gt_edges_init(struct gt_edges *edges);
void gt_edges_deinit(struct gt_edges *edges);

struct gt_absence {
    struct gt_bitmap roots;
    struct gt_cut cut;
};

void gt_absence_init(struct gt_absence *absence, const struct gt_study *study);
void gt_absence_deinit(struct gt_absence *absence);
void gt_absence_take(struct gt_absence *absence, const struct gt_study *study,
                     const struct gt_edges *edges);

/* Gives the edges to one of the owners of what the absence of all of them leaves (owners.h). A word
 * outside the heap is a root, or nothing that the mark follows. */
void gt_edges_give(const struct gt_edges *edges, const struct gt_study *study,
                   struct gt_owners *owners, uint32_t owner);

/* Does the absence take away all of these edges already? */
bool gt_absence_covers(const struct gt_absence *absence, const struct gt_edges *edges);

/*
 * Seeds what a mark made without `edges` would have reached through them, leaving out those that
 * `still_away` keeps away. `marked` is the marker's bitmap: an edge of an object not yet marked
 * counts by itself once something reaches the object. Drain afterwards.
 */
void gt_edges_add_back(const struct gt_edges *edges, const struct gt_study *study,
                       const struct gt_absence *still_away, const struct gt_bitmap *marked,
                       struct gt_marker *marker);

#endif
