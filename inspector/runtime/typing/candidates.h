/*
 * Types by elimination. A program allocates an object with pointers by the rtype of the object or
 * of its elements, and holds all of these rtypes, stripped or not. So an object that nothing typed
 * leads to has the one type of the program that fits its size, its pointer words and its contents
 * (fits.h). If several fit, its type is unknown, unless one of them says what all say: it is the
 * first field of the others, which have no more pointers, or it is basic, as string, and all have
 * nothing but strings at the same offsets. If none fits, the one shape of a generic function that
 * does stands for it. Arrays of pointers are never typed this way.
 *
 * It applies only to objects that a heap bitmap describes, of at most 64 words; others have their
 * type beside them. The program's types are read at the first query. Private to typing's files.
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
