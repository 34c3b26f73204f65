/*
 * Kinds of objects, by the allocator's own records, and which objects are alike.
 *
 * Two objects are alike if they have one type, or one closure's function. If the allocator did not
 * record that, they are alike if they have one pointer layout and one size class. The length of an
 * array makes no difference. Objects without pointers are alike by size class, or function, alone.
 *
 * A dropped object often leaves no word that leads to it. Objects like it are the evidence then: if
 * the program makes and drops such objects, it may have dropped this one too. An object that is
 * made once and kept has none like it. The models are objects that were allocated since the mark,
 * dropped ones, and freed slots. They are counted, since one new object does not show that the
 * program dropped a thousand like it: one damaged word may have led to all of these.
 *
 * A free slot still has the contents of its last object, and the allocator's record of its layout.
 */
#ifndef GT_RUNTIME_KINDS_H
#define GT_RUNTIME_KINDS_H

#include "inspector/runtime/heap/spans.h"

/* A number for the kind. Two kinds are not expected to have the same number. */
uint64_t gt_kind_of(const struct gt_goheap *heap, uint32_t object);

/* The kinds of objects that code which refers to `target` may make: those of a type, alone or in an
 * array, or closures of a function. Returns how many there are. */
enum { GT_KINDS_OF_TARGET = 3 };
size_t gt_kinds_of_target(const struct gt_goheap *heap, uint64_t target,
                          uint64_t kinds[GT_KINDS_OF_TARGET]);

/* Sets in `alike` those of `wanted` of whose kind there is a model for each GT_FOR_EACH_MODEL, and
 * in `few` those of whose kind there are models, but fewer. Models may be free slots. */
enum { GT_FOR_EACH_MODEL = 10 };
void gt_kinds_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                   const struct gt_bitmap *models, struct gt_bitmap *alike, struct gt_bitmap *few);

#endif
