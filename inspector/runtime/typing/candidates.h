/*
 * Types by elimination. A program allocates an object with pointers by the rtype of the object or
 * of its elements, and holds all of these rtypes, stripped or not. So an object that nothing typed
 * leads to has the one type of the program that fits its size, its pointer words and its contents
 * (fits.h). If several fit, its type is unknown, with two exceptions. One of them may be the first
 * field of the others, which have no more pointers. Or one may be basic, as string, and all have
 * only strings, at the same offsets. Then that one is the type. If none fits, but one shape of a
 * generic function does, the shape is the type. Arrays of pointers are never typed this way.
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
