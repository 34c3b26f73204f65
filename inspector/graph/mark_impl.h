/*
 * What the mark's loop (mark.c) and its threads share. Private to graph/.
 *
 * Each thread has a marker. One that marks alone starts the others where much is left: many blocks,
 * or a large object. Then it gives them blocks, and the ends of large objects, as they wait for
 * work.
 */
#ifndef GT_GRAPH_MARK_IMPL_H
#define GT_GRAPH_MARK_IMPL_H

#include "inspector/graph/crew/blocks.h"
#include "inspector/graph/fetched.h"
#include "inspector/graph/follow.h"
#include "inspector/graph/mark.h"

enum { GT_MOST_HELPERS = 15 };

struct gt_marker {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_bitmap *marked;
    const struct gt_bitmap *watched; /* or NULL */
    struct gt_u32s *reached;
    struct gt_blocks blocks;     /* objects that are marked and not yet scanned */
    struct gt_bitmap later;      /* grey objects of which the source does not know the mask */
    bool learns;                 /* the leader reads those masks now */
    size_t later_from, later_to; /* words of it that may have some */
    struct gt_crew *crew;        /* NULL: this thread marks alone */
    struct gt_marker *helpers[GT_MOST_HELPERS];
    size_t helper_count;
    struct gt_heap_notes met;
    struct gt_marks_to_write { /* while there is a crew: bits of a word of `marked` */
        uint32_t word;
        uint64_t bits;
    } marks;
    struct gt_part parts[GT_CREW_TAKES]; /* that others gave */
    size_t part_count;
    struct gt_fetched ready; /* objects that are scanned next */
    struct gt_batch batch;   /* pointers that are followed next */
};

/* Handles all that this marker has. */
void gt_marker_drain(void *marker);

/* Gives blocks to others who wait, or starts them. */
void gt_marker_share(struct gt_marker *marker);
/* The same while a large object is scanned. Others may take the end of the part of it. */
void gt_marker_share_part(struct gt_marker *marker, struct gt_part *part);
/* The leader has nothing left. It gets work, or false: nothing is left but objects for later. */
bool gt_marker_rest(struct gt_marker *marker);
void gt_marker_dismiss(struct gt_marker *marker);

/* ---- marks, which threads share ----------------------------------------------------------- */

/* On the usual machines, this costs what a plain read does. */
GT_INLINE bool gt_marker_has_marked(const struct gt_marker *marker, uint32_t object)
{
    uint64_t word = __atomic_load_n(&marker->marked->words[object >> 6], __ATOMIC_RELAXED);

    return word >> (object & 63) & 1;
}

static inline void gt_marker_write_marks(struct gt_marker *marker)
{
    uint64_t *word = &marker->marked->words[marker->marks.word];

    if (marker->marks.bits) __atomic_fetch_or(word, marker->marks.bits, __ATOMIC_RELAXED);
    marker->marks.bits = 0;
}

/* Marks an object without pointers, of which nobody needs to know who marked it. Neighbours are
 * mostly reached together, so their marks are written at once. */
GT_INLINE void gt_marker_mark_with_others(struct gt_marker *marker, uint32_t object)
{
    if (marker->marks.word != object >> 6) gt_marker_write_marks(marker);
    marker->marks.word = object >> 6;
    marker->marks.bits |= (uint64_t)1 << (object & 63);
}

/* Sets the mark; false when nothing is left to do for the object. */
GT_INLINE bool gt_marker_take(struct gt_marker *marker, uint32_t object)
{
    uint64_t bit = (uint64_t)1 << (object & 63), *word = &marker->marked->words[object >> 6];

    if (marker->crew && object < marker->heap->scan_objects)
        return !(__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit);
    if (marker->crew)
        gt_marker_mark_with_others(marker, object);
    else
        *word |= bit;
    return true;
}

#endif
