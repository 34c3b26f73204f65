/*
 * Reachability: the iterative mark, with or without the edges that a counterfactual takes away.
 *
 * marked is a bitmap over the heap's objects. A mark only adds to it, so marks can be continued:
 * seed, drain, seed more, drain again. The work list is explicit; nothing recurses.
 *
 * A cut takes away nodes and edges, and a mark with a cut answers "what would be live without":
 *   blocked       objects that are excluded: nothing reaches them
 *   no_out_edges  objects that may be reached, but whose out-edges are ignored
 *   words         single pointer words, by their address, that are ignored; `has_words` marks the
 *                 objects that hold one, so that the others never look
 */
#ifndef GT_GRAPH_MARK_H
#define GT_GRAPH_MARK_H

#include "inspector/base/hash.h"
#include "inspector/base/numbers.h"
#include "inspector/graph/heap.h"

struct gt_cut {
    struct gt_bitmap blocked, no_out_edges, has_words;
    struct gt_map words; /* address of a cut word -> how many cuts it has */
    uint64_t offsets;    /* a bit for each word of an object, modulo 64: is that of any cut? */
};

void gt_cut_init(struct gt_cut *cut, const struct gt_heap *heap);
void gt_cut_deinit(struct gt_cut *cut);
/* Cuts the pointer word at addr; a word may be cut several times. Does nothing where no object
 * is. */
void gt_cut_word(struct gt_cut *cut, const struct gt_heap *heap, uint64_t addr);
bool gt_cut_has_word(const struct gt_cut *cut, uint64_t addr);

/* False if no object's word at this offset in it is cut. Most cuts are of one field. */
static inline bool gt_cut_has_offset(const struct gt_cut *cut, uint64_t offset)
{
    return cut->offsets >> (offset / 8 & 63) & 1;
}

struct gt_marker;

/* `cut` may be NULL; heap, cut and marked are borrowed until the marker is freed. */
struct gt_marker *gt_marker_create(const struct gt_heap *heap, const struct gt_cut *cut,
                                   struct gt_bitmap *marked);
void gt_marker_destroy(struct gt_marker *marker);

/* Makes the object that `value` points into reachable, if there is one. The value is a root, or a
 * word of an object: one that points to a free slot is noted in the heap (heap.h, notes), as
 * those are that the mark follows. */
void gt_mark_seed(struct gt_marker *marker, uint64_t value);
void gt_mark_word(struct gt_marker *marker, uint64_t value);
/* Makes reachable what the pointer words of `object` point to, but not the object itself: pointers
 * into itself are dropped (a finalizer's object is a root of that kind). Whether the object is
 * blocked does not matter. Its cut words and ignored out-edges are left out. */
void gt_mark_contents(struct gt_marker *marker, uint32_t object);
/* Goes on from a mark that others continued before anything was drained: objects were marked, and
 * the words of those in `scanned` followed, in the way of this marker. All others will be
 * scanned. */
void gt_mark_resume(struct gt_marker *marker, const struct gt_bitmap *scanned, bool dangles);
/* Follows pointers until nothing new is reached. */
void gt_mark_drain(struct gt_marker *marker);
/* From now on adds each object of `watched` that is newly marked to `reached`. The marker
 * must have a cut, and borrows both until it is destroyed. */
void gt_mark_watch(struct gt_marker *marker, const struct gt_bitmap *watched,
                   struct gt_u32s *reached);

#endif
