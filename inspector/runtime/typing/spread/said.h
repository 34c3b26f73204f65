/*
 * What a chunk says: facts and arrays, by the shares of the objects that it is said of. Private to
 * spread/.
 *
 * Invariants: what is said of one share stays in its order. There is room for GT_FACTS and
 * GT_ARRAYS in all, in pieces that a share takes when it needs one. So the number of shares hardly
 * changes how much memory is used.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_SAID_H
#define GT_RUNTIME_TYPING_SPREAD_SAID_H

#include "gotypes/types/types.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GT_FACTS = 3 << 10, /* that a chunk has room for */
    GT_ARRAYS = 5 << 7, /* claims that are no facts */
    GT_MOST_JUDGES = 8, /* shares of the objects, one for each thread that judges; a power of two */
    GT_FACT_PIECE = 64, /* facts */
    GT_FACT_PIECES = GT_FACTS / GT_FACT_PIECE + GT_MOST_JUDGES,
    GT_ARRAY_PIECE = 16, /* arrays */
    GT_ARRAY_PIECES = GT_ARRAYS / GT_ARRAY_PIECE + GT_MOST_JUDGES,
};

/* The object is one value of a type, at its start. GT_NO_TYPE: nothing is known of its type. */
struct gt_fact {
    uint32_t object;
    uint32_t what; /* the type's number, and GT_FACT_... */
};

struct gt_array { /* another claim: at `value` are `count` of the type */
    uint64_t value;
    uint32_t object;
    uint32_t region; /* + 1, as in the page table */
    uint32_t what;
    uint32_t count;
};

struct gt_said_of { /* the objects of one share */
    unsigned facts, arrays;
    struct gt_fact *next_fact; /* where the next one goes, if its piece is taken */
    struct gt_array *next_array;
    uint8_t fact_piece[GT_FACT_PIECES]; /* numbers of pieces */
    uint8_t array_piece[GT_ARRAY_PIECES];
};

struct gt_said {
    struct gt_said_of of[GT_MOST_JUDGES];
    uint8_t fact_pieces, array_pieces; /* that are taken */
    struct gt_fact fact[GT_FACT_PIECES * GT_FACT_PIECE];
    struct gt_array array[GT_ARRAY_PIECES * GT_ARRAY_PIECE];
};

/* There must be room, as in the next one. */
static inline void gt_say_fact(struct gt_said *said, unsigned share, struct gt_fact fact)
{
    struct gt_said_of *of = &said->of[share];

    if (of->facts % GT_FACT_PIECE == 0) {
        of->fact_piece[of->facts / GT_FACT_PIECE] = said->fact_pieces;
        of->next_fact = &said->fact[said->fact_pieces++ * GT_FACT_PIECE];
    }
    of->facts++;
    *of->next_fact++ = fact;
}

static inline void gt_say_array(struct gt_said *said, unsigned share, struct gt_array array)
{
    struct gt_said_of *of = &said->of[share];

    if (of->arrays % GT_ARRAY_PIECE == 0) {
        of->array_piece[of->arrays / GT_ARRAY_PIECE] = said->array_pieces;
        of->next_array = &said->array[said->array_pieces++ * GT_ARRAY_PIECE];
    }
    of->arrays++;
    *of->next_array++ = array;
}

/* The facts of a share from `first` on, which begins a piece; *count is how many are in it: 0 after
 * the last. */
static inline struct gt_fact *gt_facts_from(struct gt_said *said, const struct gt_said_of *of,
                                            unsigned first, unsigned *count)
{
    unsigned left = of->facts - first;

    *count = left < GT_FACT_PIECE ? left : GT_FACT_PIECE;
    return left ? &said->fact[of->fact_piece[first / GT_FACT_PIECE] * GT_FACT_PIECE] : NULL;
}

/* The same of arrays. */
static inline struct gt_array *gt_arrays_from(struct gt_said *said, const struct gt_said_of *of,
                                              unsigned first, unsigned *count)
{
    unsigned left = of->arrays - first;

    *count = left < GT_ARRAY_PIECE ? left : GT_ARRAY_PIECE;
    return left ? &said->array[of->array_piece[first / GT_ARRAY_PIECE] * GT_ARRAY_PIECE] : NULL;
}

#endif
