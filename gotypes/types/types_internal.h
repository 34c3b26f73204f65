/*
 * The internals of the program's types. Private to the files of gotypes/types.
 *
 * A record is made in two steps: describe fills in what the rtype or the debug information has,
 * then settle computes what depends on the types of parts (ptr_bytes of debug types). Invariant:
 * records never move.
 */
#ifndef GT_TYPES_TYPES_INTERNAL_H
#define GT_TYPES_TYPES_INTERNAL_H

#include "gotypes/types/types.h"

#include "inspector/base/arena.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

enum gt_answer { GT_NOT_ASKED, GT_ASKED };

struct gt_type_rec {
    struct gt_type type;
    uint64_t gcdata;
    uint8_t tflag, raw_kind;
    bool settled;       /* ptr_bytes is right */
    bool partial;       /* some part by value cannot be read */
    uint8_t mask_asked; /* enum gt_answer, for each of the caches below */
    uint8_t places_asked;
    const unsigned char *mask;
    struct gt_pointer_layout places;
};

struct gt_types {
    struct gt_types_sources from;
    struct gt_arena arena;
    struct gt_vec recs;     /* struct gt_type_rec *, number n at n - 1 */
    struct gt_map by_rtype; /* address -> number; 0 means that the rtype was read and is not
                             * plausible */
    struct gt_map by_debug;
    uint64_t in_progress; /* &runtime.inProgress, or 0 when not known */
    struct gt_vec heads;  /* struct gt_type_head: what gt_types_each() visits */
    bool listed;          /* they are */
};

struct gt_type_head {
    uint64_t rtype;
    const unsigned char *bytes;
};

static inline struct gt_type_rec *gt_type_rec(const struct gt_types *types, gt_type_id id)
{
    return *(struct gt_type_rec **)gt_vec_at(&types->recs, id - 1);
}

/* Limits on what the target may claim. Real types stay far below them. */
enum {
    GT_MAX_DEPTH = 64,       /* of types within types by value */
    GT_MAX_NAME = 1 << 16,   /* bytes */
    GT_MAX_FIELDS = 1 << 16, /* of a struct */
    GT_MAX_PLACES = 4096,    /* slots of one type's pointer layout */
};
static const uint64_t GT_MAX_TYPE_SIZE = (uint64_t)1 << 47;
static const uint64_t GT_MAX_MASKED = (uint64_t)1 << 28; /* bytes of a type whose mask is built */

/* rtype.c: fills in a record from the _type at its ref.rtype; false if that makes no sense. */
bool gt_rtype_describe(struct gt_types *types, struct gt_type_rec *rec);
/* debugtype.c: the same from debug information, and the second step. */
bool gt_debug_describe(struct gt_types *types, const struct gt_debug_type *from,
                       struct gt_type_rec *rec);
void gt_debug_settle(struct gt_types *types, gt_type_id id);

/* types.c: the number of a type whose record need not be settled yet. */
gt_type_id gt_types_unsettled(struct gt_types *types, struct gt_type_ref ref);

/*
 * walk.c: visits the parts of a type that are no structs or arrays and hold pointers, with their
 * offsets, in declaration order. `steps` bounds the work, whatever the type claims.
 */
struct gt_walk {
    struct gt_types *types;
    struct gt_walk_frame {
        gt_type_id id;
        uint64_t offset, next; /* next field or element */
    } frames[GT_MAX_DEPTH];
    unsigned depth;
    uint64_t size, steps;
    bool complete; /* false once a part was left out */
};

void gt_walk_start(struct gt_walk *walk, struct gt_types *types, gt_type_id id, uint64_t steps);
/* Stops also at a struct or array for which `stop` is true: its own mask is used (masks.c). */
bool gt_walk_next(struct gt_walk *walk, bool (*stop)(const struct gt_type_rec *rec),
                  gt_type_id *leaf, uint64_t *offset);

#endif
