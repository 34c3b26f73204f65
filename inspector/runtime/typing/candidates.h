/*
 * Types by elimination, for objects that nothing typed leads to.
 *
 * Invariant: an object has the one type of the program that fits its size, its pointer words and
 * its contents (fits.h). If several types fit, its type is unknown. The program allocates every
 * object with pointers by the rtype of the object or of its elements, and holds all of these
 * rtypes, stripped or not. So the true type is among the candidates.
 *
 * There are three exceptions:
 *   - One type that fits is the first field of the others, and these have no more pointers. Then it
 *     is that type.
 *   - One type that fits is basic, such as string, and all the others have only strings, at the
 * same offsets. Then it is that type.
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

#endif
