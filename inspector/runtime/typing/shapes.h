/*
 * Untyped memory, typed by its shape: what a pointer and the words around it can be.
 *
 * Without debug information, only the pointer mask of a global is known, and of a small object that
 * nothing typed leads to. The mask and the values still determine much:
 *
 *   interface  a word that is no pointer by the mask (the compiler leaves the first word of an
 *              interface out) and that is the address of a type or itab, before a pointer.
 *              Nothing else looks like that: it is certain, and types what the interface holds.
 *   slice      a pointer, a length and a capacity that fit the block that it points into.
 *   string     a pointer into pointer-free bytes, and a length; the bytes are text. The two words
 *              could also be a *T and a number. They cannot if the pointer is not aligned, if no
 *              type of the program is as large as the block, or if the block is text far beyond
 *              the length and is no buffer. Otherwise the string is weak: it counts only if
 *              another string of the block is not weak.
 *   reference  a pointer without such a length beside it: it may use all of its block.
 *
 * Slices and strings are guesses. Such a word is marked as inferred, and what follows from it is at
 * most likely. A word that fits none of these is of unknown kind. A guess is made in favour of the
 * program: if elements may be of several sizes, the widest counts. What is between a length and a
 * capacity counts as lost only if the capacity counts elements up to the end of the array.
 */
#ifndef GT_RUNTIME_SHAPES_H
#define GT_RUNTIME_SHAPES_H

#include "inspector/runtime/typing/typing.h"

struct gt_shapes;

struct gt_surrounding { /* a pointer word, with its neighbours if they are no pointers */
    uint64_t value;
    bool has_before;
    uint64_t before;
    unsigned after; /* how many of the next two words are no pointers */
    uint64_t next[2];
};

struct gt_shapes *gt_shapes_create(const struct gt_goheap *heap);
void gt_shapes_destroy(struct gt_shapes *shapes); /* NULL is allowed */

/* Fills in the word's kind, and what belongs to that kind. */
void gt_shape_word(struct gt_shapes *shapes, const struct gt_surrounding *around,
                   struct gt_word *word);

/* Can the second word be the capacity of a slice, whose pointer and length are before it? */
bool gt_shape_has_capacity(const struct gt_shapes *shapes, const struct gt_surrounding *around);

/* The widest elements, of at most `most` bytes, that an array in the object can have when slices of
 * it begin at multiples of `offset` (0: at its start); 0 when there are none. If `offset` is not
 * aligned, elements are of a type of the program. Otherwise, where a *T could point, they are of
 * any size. */
uint64_t gt_shape_element(const struct gt_shapes *shapes, uint32_t object, uint64_t offset,
                          uint64_t most);

/* Does the program have a struct or array type without pointers whose values take such a slot? */
bool gt_shape_may_be_one(const struct gt_shapes *shapes, uint64_t slot);

#endif
