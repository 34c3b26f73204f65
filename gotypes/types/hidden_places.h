/*
 * Words whose declared type does not say what they lead to, where the sources of Go's own packages
 * do: an unsafe.Pointer beside a count, or a pointer to a type that stands for another.
 *
 * Rows name a struct by its whole path, so that no other package's struct is taken for it. A row
 * whose struct, field or target the program lacks says nothing.
 */
#ifndef GT_TYPES_HIDDEN_PLACES_H
#define GT_TYPES_HIDDEN_PLACES_H

#include "gotypes/types/types.h"

/* Corrects the place of a field, whose offset is that of the field; false when the place before it
 * in the struct tells the same word. */
bool gt_hidden_place(struct gt_types *types, gt_type_id in, const struct gt_type_field *field,
                     struct gt_pointer_slot *place);

/* What a pointer to `elem` leads to: `elem`, or what it stands for. */
gt_type_id gt_hidden_elem(struct gt_types *types, gt_type_id elem);

#endif
