/*
 * Owners: what each of many takes with it when it goes, found for all of them in one walk.
 *
 * Theory. Some edges of a heap are owned: roots, pointer words, and all pointers of an object (a
 * muted one). The base is what is reached without any owned edge; the residue is the rest of what
 * is live. An owner's objects are those of the residue that nothing reaches once its edges are
 * gone. So an object has the owners without whom no way leads to it: the intersection, over all
 * edges to it, of those of the edge and those of where the edge starts. Sets only shrink from the
 * first one met, nearly all of them have one member or none, and so an object is walked about
 * twice however many owners there are. An edge with several owners is there while all of them are.
 * An object whose owners are none is shared: it stays when any one of them goes.
 *
 * Heap, cut, live and base are borrowed; the owners own their tables: 4 bytes and a bit for each
 * object of the residue, 24 bytes for each edge. Nothing recurses.
 */
#ifndef GT_GRAPH_OWNERS_H
#define GT_GRAPH_OWNERS_H

#include "inspector/base/vec.h"
#include "inspector/graph/mark.h"
#include "inspector/graph/rank.h"
#include "inspector/graph/sets.h"

struct gt_owned {
    uint64_t bytes, objects;
};

enum gt_owned_kind { GT_OWNED_ROOT, GT_OWNED_CONTENTS, GT_OWNED_WORD, GT_OWNED_MUTED };

struct gt_owned_edge {
    uint64_t key;   /* a root's number, a word's address, a muted object */
    uint64_t value; /* where a root points, or the object whose contents are a root */
    uint8_t kind;   /* enum gt_owned_kind */
};

struct gt_owners {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    const struct gt_bitmap *live;
    uint32_t count;
    struct gt_bitmap residue;
    struct gt_rank places;  /* of the residue's objects, which borrows its bits */
    uint32_t *set;          /* by place in the residue */
    struct gt_sets sets;    /* of owners */
    struct gt_vec edges;    /* struct gt_owned_edge, by owner */
    size_t *first_edge;     /* by owner, and one more */
    uint32_t given;         /* owners that have their edges */
    uint32_t *root_set;     /* by number: whose it is; NONE: nobody's */
    struct gt_map edge_set; /* address of a word, or object | 1 << 63 -> whose it is */
    struct gt_owned *owned; /* by owner */
};

/* `cut` has the words and the muted objects that are going to be owned: what `base` was marked
 * with. Objects that are not in `live` do not count. Roots' numbers are below `roots`. */
void gt_owners_init(struct gt_owners *owners, const struct gt_heap *heap, const struct gt_cut *cut,
                    const struct gt_bitmap *live, const struct gt_bitmap *base, uint32_t count,
                    uint32_t roots);
void gt_owners_deinit(struct gt_owners *owners);

/* Gives an owner an edge: first all of owner 0, then all of owner 1. A number, an address or an
 * object that several owners are given is one edge. */
void gt_owners_root(struct gt_owners *owners, uint32_t owner, uint32_t number, uint64_t value);
void gt_owners_contents(struct gt_owners *owners, uint32_t owner, uint32_t number, uint32_t object);
void gt_owners_word(struct gt_owners *owners, uint32_t owner, uint64_t addr); /* in the heap */
void gt_owners_mute(struct gt_owners *owners, uint32_t owner, uint32_t object);

/* Finds out who owns what; no edges may be given afterwards. */
void gt_owners_spread(struct gt_owners *owners);

/* What goes with the owner. */
static inline struct gt_owned gt_owners_owned(const struct gt_owners *owners, uint32_t owner)
{
    return owners->owned[owner];
}

/* Sets the bits of all objects that go with any owner. */
void gt_owners_all(const struct gt_owners *owners, struct gt_bitmap *out);

/* Does the object go with the owner? */
bool gt_owners_has(const struct gt_owners *owners, uint32_t owner, uint32_t object);

/* ---- for walks over the residue -------------------------------------------------------------- */

static inline bool gt_owners_in_residue(const struct gt_owners *owners, uint32_t object)
{
    return gt_bit(&owners->residue, object);
}

static inline uint32_t gt_owners_residue_size(const struct gt_owners *owners)
{
    return gt_rank_count(&owners->places);
}

/* The object's place in the residue, where it must be. */
static inline uint32_t gt_owners_place(const struct gt_owners *owners, uint32_t object)
{
    return gt_rank_of(&owners->places, object);
}

/* Owner's edges: edges[first_edge[owner]] up to first_edge[owner + 1]. */
static inline const struct gt_owned_edge *gt_owners_edge(const struct gt_owners *owners,
                                                         size_t index)
{
    return gt_vec_at(&owners->edges, index);
}

/* Where an owner's edge leads from outside the residue, as the values of words. Edges that others
 * own too lead nowhere. */
void gt_owners_follow(const struct gt_owners *owners, uint32_t owner,
                      const struct gt_owned_edge *edge, gt_word_fn *visit, void *ctx);

/* Does the edge start in the residue? Then it is one of the words of where it starts. */
bool gt_owners_starts_inside(const struct gt_owners *owners, const struct gt_owned_edge *edge);

/* The pointer words of an object that belong to nobody, or to this owner alone. */
void gt_owners_words(const struct gt_owners *owners, uint32_t owner, uint32_t object,
                     gt_word_fn *visit, void *ctx);

#define GT_NOBODY UINT32_MAX /* no owner: its words belong to nobody */

#endif
