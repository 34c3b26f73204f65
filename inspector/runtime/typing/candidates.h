/*
 * Types by elimination, for objects that nothing typed leads to.
 *
 * Invariant: an object has the one type of the program that fits its size, its pointer words and
 * its contents (fits.c). If several types fit, its type is unknown. The program allocates every
 * object with pointers by the rtype of the object or of its elements, and holds all of these
 * rtypes, stripped or not. So the true type is among the candidates.
 *
 * There are three exceptions:
 *   - One type that fits is the first field of the others, and these have no more pointers. Then it
 *     is that type.
 *   - One type that fits is basic, such as string, and all the others have only strings, at equal
 *     offsets. Then it is that type.
 *   - No type fits, but one shape of a generic function does. Then it is the shape.
 *
 * Arrays of pointers are never typed this way. It applies only to objects of at most 64 words that
 * a heap bitmap describes; others have their type beside them. The program's types are read at the
 * first query. Private to typing's files.
 */
#ifndef GT_RUNTIME_CANDIDATES_H
#define GT_RUNTIME_CANDIDATES_H

#include "inspector/runtime/typing/typing.h"

struct gt_candidates;

struct gt_candidates *gt_candidates_create(const struct gt_typing *typing);
void gt_candidates_destroy(struct gt_candidates *candidates); /* NULL is allowed */

/* The only type that fits the object or its elements. *count is the number of elements. */
gt_type_id gt_candidate_of(struct gt_candidates *candidates, uint32_t object, uint64_t *count);

/* The bytes of the widest element of a word that may be a slice of elements without pointers, in an
 * object that several types fit. All of these types that the program can allocate are asked. 0 if
 * by one of them the word is neither a slice nor a string, or if elements of some type fill the
 * block that it points into. */
uint64_t gt_candidates_widest(struct gt_candidates *candidates, uint32_t object,
                              const struct gt_word *word);

/* ---- possible_slices.c ---------------------------------------------------------------------- */

struct gt_possible_slice {
    uint64_t offset;        /* of the word in its object */
    uint64_t cap, at, user; /* its capacity; where it points to in a block; the block's size */
    uint64_t widest;        /* bytes of an element, by the types so far */
    bool denied;            /* the types so far do not bound it */
};

/* Adds what one more type says, which fits the word's object or its elements. */
void gt_possible_slice_of(const struct gt_typing *typing, gt_type_id id, uint64_t rtype,
                          struct gt_possible_slice *slice);

/* ---- fits.c --------------------------------------------------------------------------------- */

/* Can memory hold a value of a type? The test is what Go guarantees of every value. A pointer into
 * the heap leads to a slot that is in use, is large enough, and has its pointers where the type has
 * them. A length is at most the capacity, and the capacity ends within the block. An interface
 * begins with a type, a func value leads to the address of a function, a channel has its elements'
 * type. False means that it cannot be such a value. True proves nothing. `bytes` are as many as the
 * type has. */
bool gt_value_fits(const struct gt_typing *typing, gt_type_id id, const unsigned char *bytes);

#endif
