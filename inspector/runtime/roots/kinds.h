/*
 * What an object is, as far as the allocator's own records tell it, and which objects are alike.
 *
 * Two objects are alike when they have the same type, where the allocator or a closure's function
 * tells it; else the same pointer layout and the same size class. Arrays, whose layout repeats, are
 * alike at any length. Objects without pointers have nothing but their size class, or function.
 *
 * An object that was marked and is unreachable now, and to which no word leads any more, is what
 * most leave that only a stack held: stacks are written over. That the program makes and drops
 * objects alike is evidence that this one was dropped: what is made once and kept has none alike.
 * It is read from models: objects allocated since the mark, dropped ones, freed slots.
 *
 * A free slot holds what its last object held, and the allocator's record of its layout.
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

/* Sets in `alike` those of `wanted` that are like one of `models`, which may be free slots. */
void gt_kinds_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                   const struct gt_bitmap *models, struct gt_bitmap *alike);

#endif
