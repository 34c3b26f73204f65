/*
 * Untyped memory, read by its shape: what a pointer and the words around it can be.
 *
 * Without debug information a global, or a small object that nothing typed leads to, is known by
 * its pointer mask only. The mask and the values still say a lot:
 *
 *   interface  a word that the mask does not call a pointer (the compiler leaves the first word of
 *              an interface out) and that is the address of a type or itab, before a pointer.
 *              Nothing else looks like that: it is a fact, and types what it holds.
 *   slice      a pointer, a length and a capacity that fit what it points into.
 *   string     a pointer into pointer-free bytes, and a length; the bytes are text. It is no *T
 *              beside a number where the pointer is not aligned, or where no type of the program is
 *              as large as the block; else it is weak: it counts beside one that is not.
 *   reference  a pointer beside which there is no such length: it may use all of its block.
 *
 * Slices and strings are guesses. A word so read is marked as inferred, and what follows from it
 * is at most likely. What fits none of these stays a word of unknown kind. A guess is made in
 * favour of the program: where elements may be of several sizes the widest counts, and what lies
 * between a length and a capacity is held against it only where the capacity counts pointers up to
 * the block's very last word.
 */
#ifndef GT_RUNTIME_SHAPES_H
#define GT_RUNTIME_SHAPES_H

#include "inspector/runtime/typing/typing.h"

struct gt_shapes;

struct gt_surrounding { /* a pointer word, with its neighbours as far as they are no pointers */
    uint64_t value;
    bool has_before;
    uint64_t before;
    unsigned after; /* how many of the next two words are no pointers */
    uint64_t next[2];
};

struct gt_shapes *gt_shapes_create(const struct gt_goheap *heap);
void gt_shapes_destroy(struct gt_shapes *shapes); /* NULL is allowed */

/* Says what the word is: fills in its kind, and what goes with it. */
void gt_shape_word(struct gt_shapes *shapes, const struct gt_surrounding *around,
                   struct gt_word *word);

/* The widest elements, of at most `most` bytes, that an array in the object can have when slices
 * of it begin at multiples of `offset` (0: at its start); 0 when there are none. Elements at odd
 * places are of a type of the program's; at others, where a *T could be, they are of any size. */
uint64_t gt_shape_element(const struct gt_shapes *shapes, uint32_t object, uint64_t offset,
                          uint64_t most);

#endif
