/*
 * Exclusive retention: what each of many owners alone keeps live, found for all owners in one walk.
 *
 * Invariant: an object's set of owners are those without whom nothing reaches it.
 *
 * Terms. An owned edge is a root, a pointer word, or all out-edges of an object, given to one or
 * more owners. The baseline is what is reached without any owned edge. The residue is the rest of
 * the live set.
 *
 * Method. The set of an object is the intersection, over all edges to it, of the owners of the edge
 * and those of the object where the edge starts. Sets only shrink after the first edge. Nearly all
 * have one member or none, so an object is walked about twice, whatever the number of owners. An
 * edge with several owners exists until all of them are gone. An object whose set is empty is
 * shared: it stays when any one owner goes.
 *
 * Heap, cut and live set are borrowed. The rest is owned: 4 bytes and a bit for each object of the
 * residue, 16 bytes for each owned edge. Nothing recurses.
 */
#ifndef GT_GRAPH_EXCLUSIVE_H
#define GT_GRAPH_EXCLUSIVE_H

#include "inspector/base/vec.h"
#include "inspector/graph/mark.h"
#include "inspector/graph/rank.h"
#include "inspector/graph/sets.h"

struct gt_owned {
    uint64_t bytes, objects;
};

enum gt_owned_kind { GT_OWNED_ROOT, GT_OWNED_CONTENTS, GT_OWNED_WORD, GT_OWNED_OUT_EDGES };

struct gt_owned_edge {
    uint64_t kind : 2; /* enum gt_owned_kind */
    uint64_t key : 62; /* a root's number, a word's address, an object */
    uint64_t value;    /* where a root points, or the object whose contents are the root */
};

struct gt_exclusive {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    const struct gt_bitmap *live;
    uint32_t count;
    struct gt_bitmap residue;
    struct gt_rank places;  /* ranks of the residue's objects; borrows its bits */
    uint32_t *set;          /* by place in the residue */
    struct gt_sets sets;    /* of owners */
    struct gt_vec edges;    /* struct gt_owned_edge, by owner */
    size_t *first_edge;     /* by owner, and one more entry at the end */
    uint32_t given;         /* owners that have been given their edges */
    uint32_t *root_set;     /* by number: the owners of the root; NONE: no owner */
    struct gt_map edge_set; /* address of a word, or object | 1 << 63 -> its owners */
    struct gt_owned *owned; /* by owner */
};

/* `cut` has the words and the objects whose out-edges will be owned: `base` was marked with it.
 * Objects that are not in `live` do not count. Numbers of roots are below `roots`. `base` is not
 * kept. */
void gt_exclusive_init(struct gt_exclusive *owners, const struct gt_heap *heap,
                       const struct gt_cut *cut, const struct gt_bitmap *live,
                       const struct gt_bitmap *base, uint32_t count, uint32_t roots);
void gt_exclusive_deinit(struct gt_exclusive *owners);

/* Gives an owner an edge: first all edges of owner 0, then all of owner 1. A root, an address or an
 * object that is given to several owners is one edge. */
void gt_exclusive_root(struct gt_exclusive *owners, uint32_t owner, uint32_t number,
                       uint64_t value);
void gt_exclusive_contents(struct gt_exclusive *owners, uint32_t owner, uint32_t number,
                           uint32_t object);
void gt_exclusive_word(struct gt_exclusive *owners, uint32_t owner,
                       uint64_t addr); /* in the heap */
void gt_exclusive_out_edges(struct gt_exclusive *owners, uint32_t owner, uint32_t object);

/* Finds the owners of each object. No edges may be given afterwards. */
void gt_exclusive_spread(struct gt_exclusive *owners);

/* What this owner alone keeps. */
static inline struct gt_owned gt_exclusive_owned(const struct gt_exclusive *owners, uint32_t owner)
{
    return owners->owned[owner];
}

/* Sets the bits of all objects that one owner alone keeps. */
void gt_exclusive_all(const struct gt_exclusive *owners, struct gt_bitmap *out);

/* Does this owner alone keep the object? */
bool gt_exclusive_has(const struct gt_exclusive *owners, uint32_t owner, uint32_t object);

/* ---- for walks over the residue -------------------------------------------------------------- */

static inline bool gt_exclusive_in_residue(const struct gt_exclusive *owners, uint32_t object)
{
    return gt_bit(&owners->residue, object);
}

static inline uint32_t gt_exclusive_residue_size(const struct gt_exclusive *owners)
{
    return gt_rank_count(&owners->places);
}

/* The place of an object of the residue. */
static inline uint32_t gt_exclusive_place(const struct gt_exclusive *owners, uint32_t object)
{
    return gt_rank_of(&owners->places, object);
}

/* Owner's edges: edges[first_edge[owner]] up to first_edge[owner + 1]. */
static inline const struct gt_owned_edge *gt_exclusive_edge(const struct gt_exclusive *owners,
                                                            size_t index)
{
    return gt_vec_at(&owners->edges, index);
}

/* Visits where an owner's edge leads from outside the residue, as the values of words. Visits
 * nothing for an edge that has other owners too. */
void gt_exclusive_follow(const struct gt_exclusive *owners, uint32_t owner,
                         const struct gt_owned_edge *edge, gt_word_fn *visit, void *ctx);

/* Does the edge start in the residue? Then it is one of the words of the object there. */
bool gt_exclusive_starts_inside(const struct gt_exclusive *owners,
                                const struct gt_owned_edge *edge);

/* The pointer words of an object that have no owner, or this owner alone. */
void gt_exclusive_words(const struct gt_exclusive *owners, uint32_t owner, uint32_t object,
                        gt_word_fn *visit, void *ctx);

#define GT_NOBODY UINT32_MAX /* no owner: only words without an owner */

#endif
